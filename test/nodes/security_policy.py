"""What config/sros2/policy.xml allows the cell's nodes, as names of topics, services and actions in the root namespace."""

from xml.etree import ElementTree

from rclpy.node import Node

from tandem.cell import paths

_POLICY = ElementTree.parse(paths.config("sros2/policy.xml")).getroot()
_COMMON = ElementTree.parse(paths.config("sros2/node.xml")).getroot()


def allowed(node: str, kind: str, right: str) -> set[str]:
    """Of one node, with what every node may: ``topics`` with ``publish`` or ``subscribe`` and so on."""
    profile = _POLICY.find(f".//enclave[@path='/tandem/{node}']/profiles/profile")
    assert profile is not None, node
    groups = [entry for part in (profile, _COMMON) for entry in part.findall(kind) if entry.attrib.get(right) == "ALLOW"]
    named = {str(entry.text).replace("~", f"/{node}") for group in groups for entry in group}
    return {name if name.startswith("/") else f"/{name}" for name in named}


def used(looking: Node, node: str) -> dict[tuple[str, str], set[str]]:
    """What a running node is connected with, in the same terms."""
    topics = {
        "publish": looking.get_publisher_names_and_types_by_node(node, "/"),
        "subscribe": looking.get_subscriber_names_and_types_by_node(node, "/"),
    }
    services = {
        "reply": looking.get_service_names_and_types_by_node(node, "/"),
        "request": looking.get_client_names_and_types_by_node(node, "/"),
    }
    found = {("topics", right): {name for name, _ in entries if "/_action/" not in name} for right, entries in topics.items()}
    for right, entries in services.items():
        found["services", right] = {name for name, _ in entries if "/_action/" not in name}
    for right, entries in (("execute", services["reply"]), ("call", services["request"])):
        found["actions", right] = {name.partition("/_action/")[0] for name, _ in entries if "/_action/" in name}
    return found
