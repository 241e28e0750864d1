import { h, uniqueId } from "./dom.js";
import { renderParts } from "./parts.js";

const verdict = (right) => (right ? ["✓", " (right)"] : ["✗", " (not right)"]);

// A question asked before the answer is shown. `reveal` is called once, at the first answer or the skip.
export function makeGuess(spec, context, reveal) {
  const questionId = uniqueId();
  const question = renderParts(spec.question, context);
  const feedbacks = spec.options.map((option) => renderParts(option.feedback, context));
  const status = h("div", { class: "lb-feedback", role: "status" });

  const buttons = spec.options.map((option, i) => {
    const sign = h("span", { class: "lb-verdict" });
    const attributes = { type: "button", class: "lb-button", "aria-pressed": "false" };
    const button = h("button", attributes, sign, option.label);
    button.addEventListener("click", () => choose(i));
    return { button, sign };
  });
  const skip = h("button", { type: "button", class: "lb-button lb-skip" }, spec.skip);
  const questionElement = h("div", { class: "lb-question", id: questionId, tabindex: -1 }, ...question.nodes);
  skip.addEventListener("click", () => {
    finish();
    questionElement.focus({ preventScroll: true });
  });

  function finish() {
    skip.hidden = true;
    reveal();
  }

  function choose(chosen) {
    buttons.forEach(({ button }, i) => button.setAttribute("aria-pressed", String(i === chosen)));
    const { right } = spec.options[chosen];
    const [sign, words] = verdict(right);
    const { button, sign: place } = buttons[chosen];
    button.classList.add(right ? "lb-right" : "lb-wrong");
    place.replaceChildren(
      h("span", { "aria-hidden": "true" }, sign),
      h("span", { class: "lb-hidden" }, words),
    );
    status.replaceChildren(...feedbacks[chosen].nodes);
    finish();
  }

  const choices = h("div", { class: "lb-buttons" }, ...buttons.map(({ button }) => button), skip);
  const attributes = { class: "lb-guess", role: "group", "aria-labelledby": questionId };
  const element = h("div", attributes, questionElement, choices, status);
  const update = (moved) => [question, ...feedbacks].forEach((parts) => parts.update(moved));
  return { element, update };
}
