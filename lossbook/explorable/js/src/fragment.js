// The state of one demo in the page's address: #demo-outlier?score=346&loss=Huber
const PREFIX = "demo-";

const fragmentId = (name) => `#${PREFIX}${name}`;

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

// Null where the fragment names no demo; `values` is null where it names one without a state.
export function parseFragment(fragment) {
  const [id, ...rest] = fragment.replace(/^#/, "").split("?");
  const decoded = decode(id);
  if (!decoded.startsWith(PREFIX) || decoded === PREFIX) return null;
  const name = decoded.slice(PREFIX.length);
  if (rest.length === 0) return { name, values: null };
  return { name, values: Object.fromEntries(new URLSearchParams(rest.join("?"))) };
}

// The fragment of a state given as values; "" where every control is at its default.
export function printFragment(name, controls, values) {
  const query = new URLSearchParams();
  for (const [key, control] of controls) {
    const position = control.positionOf(values[key]);
    if (position !== null && position !== control.start) query.set(key, control.token(position));
  }
  const text = query.toString();
  return text && `${fragmentId(name)}?${text}`;
}
