// A task and its answer as a requester reads them: texts, pictures, regions drawn over them, files to download.
import { h, toast } from "../dom.js";
import { blob } from "./api.js";
import { areRegions, pictureOf, regionsPicture } from "./regions.js";

const HEX_ID = /^[\w-]{8,64}$/;

// A page or a drawing of a stranger, opened from here, would run with this site's rights: such files are only saved.
const HARMLESS = /^(image\/(png|jpeg|gif|webp|bmp|avif)|audio\/|video\/|text\/plain|application\/pdf)/;

async function openFile(id) {
  try {
    const file = await blob(`/attachments/${encodeURIComponent(id)}/download`);
    const url = URL.createObjectURL(file);
    if (HARMLESS.test(file.type)) window.open(url, "_blank", "noopener");
    else h("a", { href: url, download: id }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60000);
  } catch (error) {
    toast(error.message);
  }
}

const fileButton = (id) => h("button", { class: "button small", type: "button", onclick: () => openFile(id) }, `Open file ${id}`);

function shown(name, value, spec, context) {
  const ids = [value].flat();
  if (spec?.type === "file" || spec?.type === "array_file")
    if (ids.every((id) => HEX_ID.test(id))) return h("div", { class: "row wrap" }, ids.map(fileButton));
  if (areRegions(value)) return regionsPicture(context.picture, value, `${context.side} ${name}`);
  const text = typeof value === "string" ? value : JSON.stringify(value);
  if (typeof value === "string" && /^https?:\/\//.test(value))
    return h("a", { href: value, target: "_blank", rel: "noopener noreferrer" }, value);
  return text.startsWith("data:") && text.length > 80 ? `${text.slice(0, 60)}… (${text.length} characters)` : text;
}

function values(found, specs, context) {
  return Object.entries(found ?? {}).map(([name, value]) =>
    h("p", {}, h("span", { class: "value-name" }, `${name}: `), shown(name, value, specs?.[name], context)),
  );
}

/** `project`: {drawings, input, output}. `answer` is output values or undefined. */
export function taskAndAnswer(task, answer, project, extra = null) {
  const picture = pictureOf(task.input_values, project.drawings);
  return h(
    "div",
    { class: "answer-pair" },
    h("div", { class: "values" }, values(task.input_values, project.input, { picture, side: "Input" })),
    answer === undefined
      ? null
      : h(
          "div",
          { class: "values output" },
          answer && Object.keys(answer).length ? values(answer, project.output, { picture, side: "Answer" }) : "no answer",
        ),
    extra,
  );
}

/** All tasks of an assignment with their answers. */
export function answers(assignment, project) {
  const tasks = assignment.tasks ?? [];
  const first = assignment.first_declined_solution_attempt;
  return h(
    "div",
    { class: "answers", tabindex: "0", role: "group", "aria-label": "Task and answer" },
    tasks.map((task, index) =>
      taskAndAnswer(
        task,
        assignment.solutions?.[index]?.output_values ?? null,
        project,
        first ? h("p", { class: "hint" }, `First answer: ${JSON.stringify(first[index]?.output_values ?? first[index])}`) : null,
      ),
    ),
    tasks.length ? null : h("p", { class: "hint" }, "The tasks of this page are not there any more."),
  );
}
