"""The services benchmark as a chart: wall time and CPU by number of services."""

from services import Row

WIDTH, HEIGHT = 640, 300
LEFT, TOP, RIGHT, BOTTOM = 56, 24, 24, 44


def svg(rows: list[Row]) -> str:
    """Return the chart; both axes are linear, the y axis in seconds."""
    most_services = rows[-1].services
    most_seconds = max(row.cost.wall for row in rows) * 1.1

    def x(services: float) -> float:
        return LEFT + services / most_services * (WIDTH - LEFT - RIGHT)

    def y(seconds: float) -> float:
        return HEIGHT - BOTTOM - seconds / most_seconds * (HEIGHT - TOP - BOTTOM)

    grid = "".join(
        f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(tick):.1f}" y2="{y(tick):.1f}"'
        ' stroke="#8885"/>'
        f'<text x="{LEFT - 8}" y="{y(tick) + 4:.1f}" text-anchor="end">{tick}</text>'
        for tick in range(int(most_seconds) + 1)
    )
    marks = "".join(
        f'<text x="{x(row.services):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">'
        f"{row.services}</text>"
        for row in rows
        if row.services != 10
    )
    lines = _line([(x(row.services), y(row.cost.wall)) for row in rows], "#3b7dd8") + _line(
        [(x(row.services), y(row.cost.cpu)) for row in rows], "#c2571a"
    )
    caption = "services in one step, both vendors, 100 ms per response"
    legend = (
        f'<text x="{LEFT + 12}" y="{TOP + 8}" fill="#3b7dd8">wall time, s</text>'
        f'<text x="{LEFT + 12}" y="{TOP + 26}" fill="#c2571a">CPU, s</text>'
        f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 6}" text-anchor="end">{caption}</text>'
    )
    frame = (
        f'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="12" fill="#888" '
        'role="img" aria-label="Wall and CPU time over the number of services"'
    )
    return f"<svg {frame}>{grid}{marks}{lines}{legend}</svg>\n"


def _line(points: list[tuple[float, float]], color: str) -> str:
    path = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
    dots = "".join(f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3" fill="{color}"/>' for a, b in points)
    return f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2"/>{dots}'
