"""Room 1: projects, tasks, frames, jobs, shapes. Knows no crowd."""
