// Files that a Toloker chooses in a task. The frame has no token: it asks the desk, which uploads and answers with the attachment's id.

let post = null;
let last = 0;
const waiting = new Map();

/** `send(type, data)` carries a message to the desk. */
export function connectUploads(send) {
  post = send;
}

/** Upload a File or Blob; gives the attachment's id. Rejects with an Error whose message is a sentence. */
export function upload(file, name) {
  if (!post) return Promise.reject(new Error("Files can be uploaded in the desk only."));
  last += 1;
  const ref = last;
  return new Promise((resolve, reject) => {
    waiting.set(ref, { resolve, reject });
    post("upload", { ref, name, file });
  });
}

/** The desk's answer: {ref, id} or {ref, error: sentence}. */
export function uploaded({ ref, id, error }) {
  const promise = waiting.get(ref);
  waiting.delete(ref);
  if (error) promise?.reject(new Error(error));
  else promise?.resolve(id);
}

export const uploading = () => waiting.size > 0;
