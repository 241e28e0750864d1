// The pages' own scripts have the function that makes elements.
export const { element } = window.lossbook;
