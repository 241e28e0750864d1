/* Checks a number or a choice without Python, on what its exercise declares: lossbook/exercises/find_and_choose.py has
   the same rules. A script of the page's own, which website/exercises.py writes, holds the declarations by the names
   that the page has for the exercises, and the block that shows a result by its status. */
(() => {
  const lossbook = (globalThis.lossbook ??= {});
  const DIGITS = "\\d(?:_?\\d)*";
  const DECIMAL = `(?:${DIGITS}(?:\\.(?:${DIGITS})?)?|\\.${DIGITS})(?:e[-+]?${DIGITS})?`;
  /* What Python takes for a number, with a sign. */
  const NUMBER = new RegExp(`^([-+]?)\\s*(${DECIMAL}|0x(?:_?[\\da-f])+|0o(?:_?[0-7])+|0b(?:_?[01])+)$`, "i");
  const LONGEST = 120; // characters of what was typed that a message shows

  /* Returns the status, "passed", "wrong" or "open", and the block. What was given is the text that was typed, or for a
     choice [option] or [option, reason], with null for what has not been chosen. */
  lossbook.checked = (declaration, given) => {
    const [status, words] = declaration.kind === "number" ? find(declaration, given) : choose(declaration, given);
    return { status, html: lossbook.blocks[status].replace("{words}", () => words) };
  };

  function choose({ open, outcomes }, [option, reason]) {
    return outcomes[option]?.[reason ?? ""] ?? ["open", open];
  }

  function find(declaration, given) {
    const say = (name, answer) => declaration.sentences[name].replace("{answer}", () => answer);
    const text = cleaned(given);
    if (["", "...", "…"].includes(text)) return ["open", say("open")];
    const number = numberIn(text);
    if (number === null) {
      const hasComma = text.includes(",") && numberIn(text.replace(/\s*,\s*/g, "")) !== null;
      return ["wrong", say(hasComma ? "comma" : "none", shown(text))];
    }
    if (Math.abs(number - declaration.answer) <= declaration.near) return ["passed", declaration.why];
    const known = declaration.mistakes.find(([mistake]) => Math.abs(number - mistake) <= declaration.near);
    if (known) return ["wrong", known[1]];
    const how = rounded(number, declaration) ?? (number > declaration.answer ? "less" : "more");
    return ["wrong", say(how, tenDigits(number))];
  }

  function rounded(number, { answer, close, decimals }) {
    const off = Math.abs(number - answer);
    const given = decimalsOf(number);
    const unit = Number(`1e-${given}`); // what the last of its decimals counts
    if (given < decimals && off <= 0.500001 * unit) return "rounded";
    if (given <= decimals && off < unit && Math.abs(number) < Math.abs(answer)) return "cut";
    return decimals > 0 && off <= close ? "close" : null;
  }

  /* What is left of a line of code, such as `answer = 3/4  # a share`. The page's own formulas have another minus. */
  function cleaned(given) {
    const code = given.replace(/#.*/g, "").replaceAll("−", "-").trim();
    return code.replace(/^answer\s*=(?!=)/, "").trim();
  }

  /* Returns a number, or a fraction of two, and null for all else. */
  function numberIn(text) {
    const parts = text.split("/").map((part) => {
      const [, sign, digits] = NUMBER.exec(part.trim()) ?? [];
      const size = Number(digits?.replaceAll("_", ""));
      return sign === "-" ? -size : size;
    });
    const number = parts.length > 2 ? NaN : parts.reduce((top, bottom) => top / bottom);
    return Number.isFinite(number) ? number : null;
  }

  function decimalsOf(number) {
    if (Number.isInteger(number)) return 0;
    const [digits, exponent = 0] = String(number).split("e");
    return (digits.split(".")[1] ?? "").length - exponent;
  }

  /* Prints as Python does with the format ".10g". Python rounds a half to the even digit, and JavaScript rounds it up. */
  function tenDigits(number) {
    const half = /^(-?\d\.\d{8}[02468])50*(e.*)$/.exec(number.toExponential(100));
    const rounded = half ? half[1] + half[2] : number.toExponential(9);
    const [digits, exponent] = rounded.split("e");
    if (exponent >= -4 && exponent < 10) return String(Number(rounded));
    return `${digits.replace(/\.?0+$/, "")}e${exponent[0]}${exponent.slice(1).padStart(2, "0")}`;
  }

  function shown(text) {
    const letters = [...text];
    const cut = letters.length > LONGEST ? `${letters.slice(0, LONGEST).join("")}...` : text;
    return cut.replace(/[&<>]/g, (letter) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[letter]);
  }
})();
