// A failure the reader is told about in one sentence; anything else that is thrown is a bug.
export class DemoError extends Error {}

export function explain(element, error) {
  const foreseen = error instanceof DemoError;
  const reason = foreseen ? error.message : "something went wrong";
  element.textContent = `This figure cannot be made interactive: ${reason}.`;
  if (!foreseen) console.error(error);
}
