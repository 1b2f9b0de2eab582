/** A picture of the page as PNG: its elements and styles are drawn as one SVG image, which loads nothing. */
export async function toPng(element: HTMLElement, heading: string, source: string): Promise<Blob> {
  const width = element.getBoundingClientRect().width;
  const margin = 24;
  const root = document.createElement("div");
  root.className = "as-image";
  root.style.cssText = `box-sizing:border-box;width:${width + 2 * margin}px;padding:${margin}px;background:var(--page);color:var(--text)`;
  const title = document.createElement("h2");
  title.textContent = heading;
  const copy = element.cloneNode(true) as HTMLElement;
  copy.querySelectorAll("details.twin, .controls, .tools, .readout").forEach((one) => one.remove());
  const canvases = element.querySelectorAll("canvas");
  copy.querySelectorAll("canvas").forEach((one, i) => {
    const image = document.createElement("img");
    image.src = canvases[i]!.toDataURL();
    image.style.cssText = `width:${canvases[i]!.clientWidth}px;height:${canvases[i]!.clientHeight}px;display:block`;
    one.replaceWith(image);
  });
  const foot = document.createElement("p");
  foot.className = "small quiet";
  foot.style.marginTop = "12px";
  foot.textContent = source;
  root.append(title, copy, foot);
  // Measured where the reader does not see it.
  const box = document.createElement("div");
  box.style.cssText = "position:absolute;left:-20000px;top:0;visibility:hidden";
  box.append(root);
  document.body.append(box);
  const height = Math.ceil(root.getBoundingClientRect().height);
  box.remove();
  const style = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules].map((rule) => rule.cssText)).join("\n");
  const body = new XMLSerializer().serializeToString(root);
  const theme = getComputedStyle(document.documentElement).colorScheme === "dark" || (!document.documentElement.dataset["theme"] && matchMedia("(prefers-color-scheme: dark)").matches) ? "dark" : "light";
  const full = Math.ceil(width + 2 * margin);
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${full}" height="${height}"><foreignObject width="100%" height="100%">` +
    `<html xmlns="http://www.w3.org/1999/xhtml" data-theme="${theme}"><head><style>${style.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</style></head><body>${body}</body></html>` +
    `</foreignObject></svg>`;
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  const scale = 2;
  [canvas.width, canvas.height] = [full * scale, height * scale];
  const context = canvas.getContext("2d")!;
  context.scale(scale, scale);
  context.drawImage(image, 0, 0);
  return new Promise((done, fail) => canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error("The picture could not be drawn."))), "image/png"));
}

/** Copies a picture; where the clipboard takes none, it is saved as a file. Returns what was done. */
export async function copyImage(blob: Blob, name: string): Promise<string> {
  try {
    await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
    return "Image copied";
  } catch {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `${name}.png`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    return "Image saved";
  }
}
