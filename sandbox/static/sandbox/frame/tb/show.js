export async function showTemplateBuilder() { throw new Error("Template Builder pages are not drawn yet."); }
