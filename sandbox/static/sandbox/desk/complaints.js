// Validation errors in one shape, [null | {task_id, errors: {field: {code, message}}}], and as a sentence.

// Toloka's name for what is wrong with a task as a whole.
const WHOLE_TASK = "__TASK__";

/** The payload of a 400 by task: {"solutions.0.output_values.result": {code, message}}, or "solutions.0" for a training's hint. */
export function complaintsByTask(payload, tasks) {
  const errors = tasks.map(() => null);
  Object.entries(payload ?? {}).forEach(([path, error]) => {
    const match = /^solutions\.(\d+)(?:\.output_values\.(.+))?$/.exec(path);
    const index = match ? Number(match[1]) : 0;
    if (index >= tasks.length) return;
    errors[index] ??= { task_id: tasks[index].id, errors: {} };
    errors[index].errors[match ? (match[2] ?? WHOLE_TASK) : path] = { code: error.code, message: error.message ?? error.code };
  });
  return errors;
}

/** Whether the platform says that answers of a training are wrong. */
const hasHints = (errors) => errors.some((error) => error && Object.hasOwn(error.errors, WHOLE_TASK));

export function complaintSentence(errors) {
  const messages = (Array.isArray(errors) ? errors : [])
    .filter(Boolean)
    .flatMap((error) =>
      Object.entries(error.errors).map(([field, problem]) => problem?.message || `${field}: ${problem?.code ?? problem}.`),
    );
  const unique = [...new Set(messages)];
  if (hasHints(Array.isArray(errors) ? errors : []))
    return "Not quite right yet. Read the hints at the tasks, correct your answers and submit again.";
  if (!unique.length) return "Not submitted yet. The task says that something is missing.";
  return `Not submitted yet. ${unique.slice(0, 4).join(" ")}`;
}
