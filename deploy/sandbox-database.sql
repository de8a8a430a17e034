-- Run once by the PostgreSQL image on an empty volume: the sandbox keeps its own database.
CREATE DATABASE sandbox;
