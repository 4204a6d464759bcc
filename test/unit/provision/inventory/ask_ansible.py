"""What the installed Ansible reads in inventories, as JSON on stdout.

Reads from stdin a JSON list of {"name", "file", "limits"}. For each case Ansible's own command runs in a fork of this process,
so that Ansible is imported once and one case leaves nothing to the next.
"""
import io
import json
import os
import sys
from contextlib import redirect_stderr, redirect_stdout

# Neither the machine's settings nor the user's count; and a file that cannot be read is an error, not a warning.
for name in [name for name in os.environ if name.startswith("ANSIBLE_")]:
    del os.environ[name]
os.environ["ANSIBLE_CONFIG"] = os.path.join(os.path.dirname(os.path.abspath(__file__)), "ansible.cfg")

from ansible.cli.inventory import InventoryCLI  # noqa: E402
from ansible.inventory.manager import InventoryManager  # noqa: E402
from ansible.parsing.dataloader import DataLoader  # noqa: E402


def in_fork(work, *arguments):
    """The JSON value that work returns, or None where it fails."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        result = None
        try:
            with redirect_stderr(io.StringIO()):
                result = work(*arguments)
        except BaseException:  # whatever it is, Ansible has not read the inventory
            pass
        with os.fdopen(writer, "w") as pipe:
            json.dump(result, pipe)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    return json.loads(text)


def command(file, *arguments):
    """The output of ansible-inventory."""
    out = io.StringIO()
    cli = InventoryCLI(["ansible-inventory", "-i", file, *arguments])
    cli.parse()
    try:
        with redirect_stdout(out):
            cli.run()
    except SystemExit as end:
        if end.code:
            raise
    return out.getvalue().rstrip("\n")


def select(file, limits):
    """The hosts of each pattern as --limit selects them, in order; None where Ansible refuses it."""
    inventory = InventoryManager(loader=DataLoader(), sources=[file])
    selected = {}
    for limit in limits:
        try:
            inventory.clear_pattern_cache()
            inventory.subset(limit)
            selected[limit] = [host.name for host in inventory.get_hosts() if not host.implicit]
        except Exception:
            selected[limit] = None
    return selected


def read(case):
    text = in_fork(command, case["file"], "--list")
    if text is None:
        return None
    # Ansible 2.19 says here in which form it writes.
    text = text.replace(',\n        "profile": "inventory_legacy"', "")
    return {
        "list": text.split("\n"),
        "graph": in_fork(command, case["file"], "--graph").split("\n"),
        "limits": in_fork(select, case["file"], case["limits"]) if case["limits"] else {},
    }


json.dump({case["name"]: read(case) for case in json.load(sys.stdin)}, sys.stdout)
