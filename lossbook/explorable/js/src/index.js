import { startIfPage } from "./page.js";

export { render } from "./widget.js";

startIfPage();
