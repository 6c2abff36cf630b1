#!/usr/bin/env python3
"""Writes docs/rfc/README.md: which file says that it implements which RFC. --check only compares."""

import re
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
README = Path(__file__).with_name("README.md")

TITLES = {
    1997: "Communities",
    2385: "TCP MD5 signatures",
    2545: "IPv6 next hops",
    2918: "Route refresh",
    3032: "MPLS label stack",
    3107: "Labels in BGP (older)",
    3339: "Dates and times",
    3629: "UTF-8",
    3765: "NOPEER community",
    4271: "BGP-4",
    4291: "IPv6 addressing",
    4360: "Extended communities",
    4364: "BGP/MPLS VPN",
    4456: "Route reflection",
    4486: "Subcodes of Cease",
    4648: "Base64",
    4659: "VPN of IPv6",
    4684: "Route target constraint",
    4724: "Graceful restart",
    4760: "Multiprotocol extensions",
    4761: "VPLS",
    5065: "Confederations",
    5082: "Generalized TTL security",
    5396: "Text of AS numbers",
    5492: "Capabilities",
    5668: "Extended communities of four-octet AS numbers",
    5701: "IPv6 extended communities",
    5880: "BFD",
    5881: "BFD over one hop",
    5882: "Use of BFD",
    5883: "BFD over many hops",
    5952: "Text of IPv6 addresses",
    6286: "AS-wide unique router id",
    6514: "Multicast VPN",
    6608: "Subcodes of FSM errors",
    6793: "Four-octet AS numbers",
    7311: "AIGP",
    7313: "Enhanced route refresh",
    7432: "EVPN",
    7606: "Error handling of UPDATE",
    7607: "AS 0",
    7611: "ACCEPT_OWN community",
    7911: "ADD-PATH",
    7999: "BLACKHOLE community",
    8092: "Large communities",
    8203: "Shutdown communication (older)",
    8277: "Labels in BGP",
    8326: "Graceful shutdown",
    8538: "Notifications and graceful restart",
    8654: "Extended messages",
    8669: "Prefix-SID",
    8950: "IPv6 next hops of IPv4 routes",
    8955: "FlowSpec",
    8956: "FlowSpec of IPv6",
    8986: "SRv6 network programming",
    9003: "Shutdown communication",
    9012: "Tunnel encapsulation",
    9072: "Extended optional parameters of OPEN",
    9252: "SRv6 services",
    9384: "Cease for BFD down",
    9494: "Long-lived graceful restart",
    9552: "BGP-LS",
    9687: "Send hold timer",
    9830: "SR Policy",
}


def mentions():
    """{RFC number: {path: sections}} of the sources, tests left out."""
    found = defaultdict(lambda: defaultdict(set))
    for path in sorted((ROOT / "src").rglob("*")):
        if path.suffix not in (".cc", ".h", ".def") or path.stem.endswith("_test"):
            continue
        # A comment that is wrapped between the words is still one mention.
        text = re.sub(r"\n\s*//+", "", path.read_text())
        for number, section in re.findall(r"RFC (\d{4})(?: (\d+(?:\.\d+)*))?", text):
            found[int(number)][path.relative_to(ROOT)].add(section)
    return found


def order(section):
    return [int(part) for part in section.split(".")]


def row(number, files):
    if number not in TITLES:
        sys.exit(f"{__file__} has no title for RFC {number}")
    cells = []
    for path, sections in sorted(files.items()):
        named = ", ".join(sorted((section for section in sections if section), key=order))
        link = f"[{path.relative_to('src')}](../../{path})"
        cells.append(f"{link} ({named})" if named else link)
    title = f"[{number}](https://www.rfc-editor.org/rfc/rfc{number})"
    return f"| {title} | {TITLES[number]} | {', '.join(cells)} |\n"


def main():
    text = (
        "# RFCs and where they are\n\n"
        "Written by `docs/rfc/update.py` from the comments of the sources; the sections that a file\n"
        "names are in parentheses.\n\n| RFC | | files |\n|---|---|---|\n"
    )
    text += "".join(row(number, files) for number, files in sorted(mentions().items()))
    if "--check" not in sys.argv[1:]:
        README.write_text(text)
    elif not README.exists() or README.read_text() != text:
        sys.exit("docs/rfc/README.md is not what the sources say: run docs/rfc/update.py")


if __name__ == "__main__":
    main()
