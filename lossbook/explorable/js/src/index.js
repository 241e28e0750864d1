import { startIfPage } from "./page.js";

export { add } from "./page.js";
export { render } from "./widget.js";

startIfPage();
