"""Port types are labels."""

import pytest
from capriccio.core import PluginError, PortType
from capriccio.core.ports import BUILTIN, IMAGE


def test_two_port_types_of_one_name_are_the_same() -> None:
    assert PortType("Image", "#000000", "mine") == IMAGE
    assert hash(PortType("Image", "#000000")) == hash(IMAGE)
    assert PortType("Picture", IMAGE.color, IMAGE.doc) != IMAGE


def test_built_in_port_types_have_each_a_name_a_colour_and_a_sentence() -> None:
    assert len({port.name for port in BUILTIN}) == len({port.color for port in BUILTIN}) == len(BUILTIN)
    assert all(port.doc.endswith(".") for port in BUILTIN)


@pytest.mark.parametrize("name", ["", "Heat Map", "Heat.Map", "1st", "Größe"])
def test_a_port_type_has_a_name_that_links_can_be_written_with(name: str) -> None:
    with pytest.raises(PluginError) as caught:
        PortType(name)
    assert str(caught.value) == (
        f"a port type is called {name!r}; use letters, digits and _, for it names outputs"
    )
