import { startIfPage } from "./page.js";

export { mount } from "./explorable.js";
export { render } from "./widget.js";

startIfPage();
