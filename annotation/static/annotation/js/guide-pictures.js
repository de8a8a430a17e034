// Pictures for the guide: dropped on the text, pasted into it, or chosen. Each is kept at once; its Markdown goes where the cursor is.
for (const input of document.querySelectorAll("input[data-guide-pictures]")) {
  const text = document.getElementById(input.dataset.guidePictures);
  const note = document.querySelector("[data-guide-note]");
  const token = () => text.form.querySelector("input[name=csrfmiddlewaretoken]").value;
  // Without this script there is nothing to press.
  input.parentElement.hidden = false;

  const say = (words, wrong = false) => {
    note.textContent = words;
    note.hidden = !words;
    note.classList.toggle("text-danger", wrong);
  };
  // Where nobody has put the cursor yet, the end is meant.
  let placed = false;
  text.addEventListener("focus", () => { placed = true; }, { once: true });
  const put = (markdown) => {
    if (!placed) text.setSelectionRange(text.value.length, text.value.length);
    const before = text.value.slice(0, text.selectionStart);
    const gap = before && !before.endsWith("\n") ? "\n\n" : "";
    text.setRangeText(`${gap}${markdown}\n`, text.selectionStart, text.selectionEnd, "end");
    // The preview listens to it.
    text.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const send = async (file) => {
    const body = new FormData();
    body.append("file", file, file.name || "picture.png");
    const answer = await fetch(input.dataset.address, { method: "POST", body, headers: { "X-CSRFToken": token() } });
    const about = (answer.headers.get("Content-Type") || "").startsWith("application/json") ? await answer.json() : {};
    if (!answer.ok) throw new Error(about.detail || `The server answered ${answer.status}. Try again.`);
    put(about.markdown);
  };
  const take = async (files) => {
    const problems = [];
    for (const file of files) {
      say(`Sending ${file.name || "the picture"} …`);
      try {
        await send(file);
      } catch (error) {
        problems.push(error instanceof TypeError ? "The server cannot be reached. Try again." : error.message);
      }
    }
    say(problems.join(" "), true);
    text.focus();
  };
  const pictures = (transfer) => [...(transfer?.files ?? [])].filter((file) => file.type.startsWith("image/"));

  input.addEventListener("change", async () => {
    await take([...input.files]);
    input.value = "";
  });
  text.addEventListener("paste", (event) => {
    const found = pictures(event.clipboardData);
    if (!found.length) return;
    event.preventDefault();
    take(found);
  });
  text.addEventListener("dragover", (event) => {
    if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
  });
  text.addEventListener("drop", (event) => {
    const found = pictures(event.dataTransfer);
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    if (found.length) take(found);
    else say("Only pictures can be dropped here: PNG, JPEG, GIF or WebP.", true);
  });
}
