"""What is seen of the canvas: all of it, beside the map; and where the ground is dragged to."""

from playwright.sync_api import expect

from .editor import Editor

NODES = {f"node {number}": ("capriccio.Noise", {"width": 32, "height": 24}) for number in range(6)}


def beneath_the_map(editor: Editor) -> list[str]:
    """The nodes that the map lies over."""
    found: list[str] = editor.page.evaluate(
        """() => {
          const map = document.querySelector(".react-flow__minimap").getBoundingClientRect();
          return [...document.querySelectorAll(".react-flow__node")]
            .filter((node) => {
              const box = node.getBoundingClientRect();
              return box.right > map.left && box.bottom > map.top;
            })
            .map((node) => node.dataset.id);
        }"""
    )
    return found


def test_all_is_seen_and_no_node_is_beneath_the_map(editor: Editor) -> None:
    editor.begin("sight", NODES, across=260, down=160)
    expect(editor.page.locator(".react-flow__minimap")).to_be_visible()
    assert beneath_the_map(editor) == []
    for name in NODES:
        expect(editor.node(name)).to_be_in_viewport(ratio=0.99)
    editor.press("0")
    editor.page.wait_for_timeout(500)
    assert beneath_the_map(editor) != [], "at full size it has room for fewer"
    editor.page.get_by_role("button", name="See all").click()
    editor.page.wait_for_timeout(500)
    assert beneath_the_map(editor) == []
    for name in NODES:
        expect(editor.node(name)).to_be_in_viewport(ratio=0.99)


def test_the_ground_is_dragged_and_clicked(editor: Editor) -> None:
    editor.begin("drag the ground", dict([*NODES.items()][:1]))
    editor.select("node 0")
    node = editor.node("node 0")
    before = node.bounding_box()
    x, y = editor.ground(0.3, 0.8)
    editor.drag((x, y), (x + 60, y - 90))
    after = node.bounding_box()
    assert before and after
    assert (after["x"] - before["x"], after["y"] - before["y"]) == (60, -90)
    assert editor.content["layout"]["node 0"] == [0, 0]
    editor.page.mouse.click(x, y)
    expect(editor.page.locator(".card.is-selected")).to_have_count(0)
    editor.select("node 0")
    expect(editor.page.locator(".card.is-selected")).to_have_count(1)
