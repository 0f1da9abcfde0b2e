"""A few lines of text, of which only those that have changed are repainted."""

from textual.content import Content
from textual.geometry import Region, Size
from textual.strip import Strip

from entity_connections.tui.widgets.line_cache import LineCache


class TextLines(LineCache):
    """Shows one `Content`, cropped at the right edge, each of its lines on one screen line."""

    ALLOW_SELECT = False
    auto_links = False  # words with a click action keep their own colours

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.content = Content()
        self._strips: list[Strip] = []
        self._painted_size: Size | None = None

    def render(self) -> Content:
        return self.content

    def update(self, content: Content) -> None:
        """Replace the text; a widget with automatic height adapts its height."""
        old, self.content = self.content, content
        if old.is_same(content):
            return
        if self.styles.auto_dimensions or self._painted_size != self.size:
            self._painted_size = None
            self.refresh(layout=self.styles.auto_dimensions)
            return
        before, self._strips = self._strips, self._paint()
        changed = [
            Region(0, y, self.size.width, 1)
            for y, (old_line, line) in enumerate(zip(before, self._strips, strict=True))
            if old_line != line
        ]
        if changed:
            self.refresh(*changed)

    def notify_style_update(self) -> None:
        """Drop what was painted with the old styles."""
        self._painted_size = None
        super().notify_style_update()

    def render_line(self, y: int) -> Strip:
        if self._painted_size != self.size:
            self._painted_size = self.size
            self._strips = self._paint()
        return self._strips[y]

    def _paint(self) -> list[Strip]:
        """Return all lines.

        Textual would put the place of each piece into its style, for a selection of text: no two
        styles would be the same, and each would be made and translated again at every key.
        """
        (width, height), style = self.size, self.visual_style
        if self.styles.text_wrap == "nowrap":
            whole = self.content.split(allow_blank=True)
            lines = [line.truncate(width, ellipsis=True) for line in whole]
        else:
            lines = self.content.wrap(max(1, width), overflow=self.styles.text_overflow)
        strips = [Strip(line.render_segments(style), line.cell_length) for line in lines[:height]]
        strips = [strip.adjust_cell_length(width, style.rich_style) for strip in strips]
        return strips + [Strip.blank(width, style.rich_style)] * (height - len(strips))
