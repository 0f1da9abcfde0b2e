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


class NoticeBar(TextLines):
    """Shows a notice, and hides itself without one.

    It stands on a layer above the screen, in the line that is kept free for it; a longer notice
    covers the lines above that. So nothing on the screen moves.
    """

    notice: var[Notice | None] = var(None)

    def watch_notice(self, notice: Notice | None) -> None:
        self.display = notice is not None
        if notice is not None:
            self.set_classes(f"-{notice.kind.value}")
            self.update(render_notice(notice, self.app.size.width - 2))

    def show_notice(self, kind: Kind, *lines: str, lifetime: Lifetime | None = None) -> None:
        """Show what happened, then what to do about it, a sentence each."""
        self.notice = make_notice(kind, *lines, lifetime=lifetime)

    def clear_notice(self) -> None:
        self.notice = None

    def expire_notice(self, *lifetimes: Lifetime) -> None:
        if self.notice is not None and self.notice.lifetime in lifetimes:
            self.notice = None
