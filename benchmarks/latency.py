"""Measure how soon a demo is repainted, beside `interact` with matplotlib: ``python -m benchmarks.latency``.

100 inputs each, at random times, from the input event to the end of the painted frame that shows the answer. What is
left out is the wait for the screen: until the next frame begins, any program waits, 8 ms on average at 60 frames a
second. All of it in one run of one browser, which draws without a graphics card. One line each: the demo on the web
page, the same demo in JupyterLab, and the same lines drawn by matplotlib in `ipywidgets.interact`, in that JupyterLab.
"""

import tempfile
import threading
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Locator, Page

from benchmarks import results
from tools import browser, jupyterlab
from website.__main__ import build, server

INPUTS = 100
FRAME = 1000 / 60  # milliseconds
PAGE = "chapters/regression/squared-and-absolute.html"

# What both show: 442 patients and four fitted lines, fitted beforehand, so that drawing is all there is to do.
DEMO = "from lossbook.course.regression.squared_and_absolute import demos\n\ndemo = demos.outlier()\ndemo"
INTERACT = """\
import ipywidgets
import matplotlib.pyplot as plt
import numpy as np

from lossbook.datasets import diabetes

bmi, progression = diabetes()
ends = np.array([18, 43])


def draw(score):
    figure, (left, right) = plt.subplots(1, 2, figsize=(7.2, 3.2))
    left.scatter(bmi, progression, s=4)
    left.plot(bmi.max(), score, "o")
    for slope in (10, 10.5, 11, 12):
        left.plot(ends, (slope + score / 1000) * (ends - 26) + 150)
        right.plot([34, 3460], [slope, slope + 1])
        right.plot(score, slope, "o")
    plt.show()


ipywidgets.interact(draw, score=ipywidgets.IntSlider(value=346, min=34, max=3460))
None"""

# Once a frame has been painted, the message that was sent during it arrives. Gives the wait for the frame to begin.
PAINTED = """() => {
    const ready = performance.now();
    return new Promise(done => requestAnimationFrame(begin => {
        const channel = new MessageChannel();
        channel.port1.onmessage = () => done(Math.max(0, begin - ready));
        channel.port2.postMessage(0);
    }));
}"""
PAUSE = "() => new Promise(done => setTimeout(done, 20 + 40 * Math.random()))"

MOVE_RANGE = f"""async ([input, inputs]) => {{
    const painted = {PAINTED}, pause = {PAUSE}, times = [];
    for (let i = 0; i < inputs; i++) {{
        await pause();
        const start = performance.now();
        input.value = (i * 37) % (Number(input.max) + 1);
        input.dispatchEvent(new Event("input", {{ bubbles: true }}));
        const wait = await painted();
        times.push(performance.now() - start - wait);
    }}
    return times;
}}"""

# A new picture replaces the old one in the output.
MOVE_INTERACT = f"""async ([handle, output, inputs]) => {{
    const painted = {PAINTED}, pause = {PAUSE}, times = [];
    for (let i = 0; i < inputs; i++) {{
        await pause();
        const before = output.querySelector("img").src;
        const start = performance.now();
        const drawn = new Promise(done => {{
            const observer = new MutationObserver(() => {{
                const image = output.querySelector("img");
                if (image && image.src !== before) {{
                    observer.disconnect();
                    image.decode().then(done);
                }}
            }});
            observer.observe(output, {{ childList: true, subtree: true, attributes: true }});
        }});
        const key = i % 20 < 10 ? "ArrowRight" : "ArrowLeft";
        handle.dispatchEvent(new KeyboardEvent("keydown", {{ key, bubbles: true }}));
        await drawn;
        const wait = await painted();
        times.push(performance.now() - start - wait);
    }}
    return times;
}}"""


def of_page(opened: Page, demo: Locator) -> np.ndarray:
    """Return the milliseconds of each input to a demo."""
    slider = demo.locator("input[type=range]").first
    slider.scroll_into_view_if_needed()
    opened.evaluate(MOVE_RANGE, [slider.element_handle(), 20])  # the first ones compile the script
    return np.array(opened.evaluate(MOVE_RANGE, [slider.element_handle(), INPUTS]))


def on_the_web(chromium: Browser) -> np.ndarray:
    with tempfile.TemporaryDirectory() as folder:
        if build(Path(folder)) != 0:
            raise SystemExit("the website cannot be built")
        with server(Path(folder) / "_build" / "html") as serving:
            threading.Thread(target=serving.serve_forever, daemon=True).start()
            opened = chromium.new_page()
            opened.goto(f"http://127.0.0.1:{serving.server_port}/{PAGE}#demo-outlier")
            demo = opened.locator("#demo-outlier[data-ready]")
            demo.wait_for()
            opened.wait_for_load_state("networkidle")
            times = of_page(opened, demo)
            opened.close()
            serving.shutdown()
    return times


def in_jupyterlab(chromium: Browser) -> tuple[np.ndarray, np.ndarray]:
    """Return the milliseconds of the demo, and those of `interact`."""
    with tempfile.TemporaryDirectory() as folder, jupyterlab.notebook(Path(folder), [DEMO, INTERACT]) as address:
        opened = chromium.new_page(viewport={"width": 1300, "height": 1800})
        jupyterlab.open_notebook(opened, address, 2)
        demo = jupyterlab.run(opened, 0).locator(".lb-demo")
        demo.wait_for()
        of_demo = of_page(opened, demo)
        cell = jupyterlab.run(opened, 1)
        cell.locator(".jp-OutputArea img").first.wait_for()
        handle, output = cell.locator(".noUi-handle"), cell.locator(".widget-output").first
        arguments = [handle.element_handle(), output.element_handle(), INPUTS]
        of_interact = np.array(opened.evaluate(MOVE_INTERACT, arguments))
        opened.close()
    return of_demo, of_interact


def main() -> None:
    with browser.launch() as chromium:
        web = on_the_web(chromium)
        jupyterlab, interact = in_jupyterlab(chromium)
    print(
        f"\n{INPUTS} inputs, milliseconds to the painted frame{'median':>12}{'95 %':>8}{'in a frame':>13}{'ratio':>8}"
    )
    rows = []
    for name, times in (("demo, web page", web), ("demo, JupyterLab", jupyterlab), ("interact, JupyterLab", interact)):
        print(
            f"  {name:40}{np.median(times):12.1f}{np.quantile(times, 0.95):8.1f}{np.mean(times <= FRAME):12.0%}"
            f"{np.median(interact) / np.median(times):8.0f}x"
        )
        budget = f"at most {FRAME:.1f} ms" if name.startswith("demo") else ""
        rows.append((f"{name}: median", f"{np.median(times):.1f} ms", ""))
        rows.append((f"{name}: 95th percentile", f"{np.quantile(times, 0.95):.1f} ms", budget))
    results.write_rows("Demos, from an input to the painted frame", rows)


if __name__ == "__main__":
    main()
