// Validation errors in one shape, [null | {task_id, errors: {field: {code, message}}}], and as a sentence.

/** The payload of a 400, {"solutions.0.output_values.result": {code, message}}, by task. */
export function complaintsByTask(payload, tasks) {
  const errors = tasks.map(() => null);
  Object.entries(payload ?? {}).forEach(([path, error]) => {
    const match = /^solutions\.(\d+)\.output_values\.(.+)$/.exec(path);
    const index = match ? Number(match[1]) : 0;
    if (index >= tasks.length) return;
    errors[index] ??= { task_id: tasks[index].id, errors: {} };
    errors[index].errors[match ? match[2] : path] = { code: error.code, message: error.message ?? error.code };
  });
  return errors;
}

export function complaintSentence(errors) {
  const messages = (Array.isArray(errors) ? errors : [])
    .filter(Boolean)
    .flatMap((error) =>
      Object.entries(error.errors).map(([field, problem]) => problem?.message || `${field}: ${problem?.code ?? problem}.`),
    );
  const unique = [...new Set(messages)];
  if (!unique.length) return "Not submitted yet. The task says that something is missing.";
  return `Not submitted yet. ${unique.slice(0, 4).join(" ")}`;
}
