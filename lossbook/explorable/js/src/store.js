// The position of every control, and the names of those that moved since they were last taken.
export function makeStore(controls) {
  const positions = {};
  let moved = new Set(controls.keys());
  for (const [name, control] of controls) positions[name] = control.start;

  function apply(changes) {
    let any = false;
    for (const [name, position] of Object.entries(changes)) {
      if (position === null || positions[name] === undefined || positions[name] === position) continue;
      positions[name] = position;
      moved.add(name);
      any = true;
    }
    return any;
  }

  function takeMoved() {
    const names = moved;
    moved = new Set();
    return names;
  }

  // Values, as Python and the page know them, to positions; what is unknown or out of place is left out.
  function positionsOf(values) {
    const found = {};
    for (const [name, value] of Object.entries(values)) {
      const position = controls.get(name)?.positionOf(value) ?? null;
      if (position !== null) found[name] = position;
    }
    return found;
  }

  const coordinate = (name) => controls.get(name).coordinate(positions[name]);
  const values = () => mapControls((name, control) => control.valueAt(positions[name]));
  const defaults = () => mapControls((name, control) => control.start);

  function mapControls(f) {
    return Object.fromEntries([...controls].map(([name, control]) => [name, f(name, control)]));
  }

  return { positions, apply, takeMoved, positionsOf, coordinate, values, defaults };
}
