"""The page that a reader opens first."""

from lossbook.course import About

about = About(
    title="Loss Book",
    description="Watch four losses draw four lines through the same patients, then choose where to begin and how to "
    "read: here, in Jupyter or in Binder.",
    goals=[
        "say in one sentence what a loss decides, and what it leaves open",
        "choose one of the four ways to use this course",
        "pick your first page, or the 60-minute lane through the course",
    ],
    needs="Python with NumPy, and what a derivative is. Nothing about losses.",
    reading=10,
)
