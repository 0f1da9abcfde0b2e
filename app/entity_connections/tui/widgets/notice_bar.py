"""The lines above the key bar that show a notice."""

from textual.reactive import var

from entity_connections.tui.rendering.notices import (
    Kind,
    Lifetime,
    Notice,
    make_notice,
    render_notice,
)
from entity_connections.tui.widgets.text_lines import TextLines

MIN_WIDTH = 10
"""Cells for which a notice is laid out at least: a text cannot be wrapped into none."""


class NoticeBar(TextLines):
    """Shows a notice, and hides itself without one.

    A line below the frame is kept free for it. A notice that needs more lines, or that comes while
    a run shows its progress there, lies inside the frame on its last lines. So nothing on the
    screen moves.
    """

    notice: var[Notice | None] = var(None)

    def lay_out(self, *, line_is_free: bool) -> int:
        """Show the notice; return how many lines it covers inside the frame.

        `line_is_free` is whether nothing stands in the line below the frame.
        """
        notice, width = self.notice, max(MIN_WIDTH, self.app.size.width - 2)
        self.display = notice is not None
        if notice is None:
            return 0
        content = render_notice(notice, width)
        is_inside = not line_is_free or len(content.wrap(width)) > 1
        if is_inside:
            content = render_notice(notice, width - 2)
        self.set_classes([f"-{notice.kind.value}", *(["-inside"] if is_inside else [])])
        self.update(content)
        return 1 + len(content.wrap(width - 2)) if is_inside else 0

    def show_notice(self, kind: Kind, *lines: str, lifetime: Lifetime | None = None) -> None:
        """Show what happened, then what to do about it, a sentence each."""
        self.notice = make_notice(kind, *lines, lifetime=lifetime)

    def clear_notice(self) -> None:
        self.notice = None

    def expire_notice(self, *lifetimes: Lifetime) -> None:
        if self.notice is not None and self.notice.lifetime in lifetimes:
            self.notice = None
