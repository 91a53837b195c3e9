"""The reference network: who is there, how they are wired, and their base configuration. Data only, no actions.

    dlr --t0-- esg --u0-- pe1 --c0/c0-- p --c1/c0-- pe2 --x0/e0-- ce      (device of the left end / of the right)

 t0 (transit) and u0 (uplink) are bare trunks, x0 is bare too: all that belongs to a tenant is made by tenantd.
 The core has OSPF area 0, LDP and iBGP VPNv4 between pe1 and pe2. ce, the customer site with 172.16.2.1/24,
 speaks OSPF area 0 toward 192.168.201.1 and waits for a peer.
"""

ROUTERS = ("dlr", "esg", "pe1", "p", "pe2", "ce")

DAEMONS = {
    "dlr": ("mgmtd", "zebra", "ospfd", "bfdd"),
    "esg": ("mgmtd", "zebra", "ospfd", "bfdd"),
    "pe1": ("mgmtd", "zebra", "ospfd", "bgpd", "ldpd", "bfdd"),
    "p": ("mgmtd", "zebra", "ospfd", "ldpd"),
    "pe2": ("mgmtd", "zebra", "ospfd", "bgpd", "ldpd", "bfdd"),
    "ce": ("mgmtd", "zebra", "ospfd"),
}

LOOPBACK = {"pe1": "10.255.0.1", "pe2": "10.255.0.2", "p": "10.255.0.9", "dlr": "10.255.0.11", "esg": "10.255.0.12"}

# (router, device, router, device, mtu)
LINKS = (
    ("dlr", "t0", "esg", "t0", 1600),
    ("esg", "u0", "pe1", "u0", 1600),
    ("pe1", "c0", "p", "c0", 1700),
    ("p", "c1", "pe2", "c0", 1700),
    ("pe2", "x0", "ce", "e0", 1500),
)

ADDRESSES = {
    "pe1": {"c0": "10.0.1.1/30"},
    "p": {"c0": "10.0.1.2/30", "c1": "10.0.2.2/30"},
    "pe2": {"c0": "10.0.2.1/30"},
    "ce": {"e0": "192.168.201.2/30", "site": "172.16.2.1/24"},
}

CORE = {"pe1": ("c0",), "p": ("c0", "c1"), "pe2": ("c0",)}

SYSCTLS = {
    "net/ipv4/ip_forward": 1,
    "net/ipv4/conf/all/rp_filter": 0,
    "net/ipv4/conf/default/rp_filter": 0,
    "net/mpls/platform_labels": 100000,
}

FAST_OSPF = """\
 timers throttle spf 0 50 200
 timers throttle lsa all 0
 timers lsa min-arrival 0
"""


def ospf_interface(device, hello=1, dead=4):
    return (f"interface {device}\n ip ospf area 0\n ip ospf network point-to-point\n"
            f" ip ospf hello-interval {hello}\n ip ospf dead-interval {dead}\nexit\n")


def ospfd(router):
    if router in CORE:
        text = "".join(ospf_interface(device) for device in CORE[router])
        return text + f"interface lo\n ip ospf area 0\nexit\nrouter ospf\n ospf router-id {LOOPBACK[router]}\n{FAST_OSPF}exit\n"
    if router == "ce":
        text = ospf_interface("e0") + "interface site\n ip ospf area 0\n ip ospf passive\nexit\n"
        return text + f"router ospf\n ospf router-id 172.16.2.1\n{FAST_OSPF}exit\n"
    return ""


def bgpd(router):
    far = LOOPBACK["pe2" if router == "pe1" else "pe1"]
    return f"""\
router bgp 65000
 bgp router-id {LOOPBACK[router]}
 no bgp default ipv4-unicast
 no bgp ebgp-requires-policy
 bgp route-map delay-timer 1
 coalesce-time 0
 neighbor {far} remote-as 65000
 neighbor {far} update-source lo
 neighbor {far} timers 1 3
 neighbor {far} timers connect 1
 address-family ipv4 vpn
  neighbor {far} activate
 exit-address-family
exit
"""


def ldpd(router):
    interfaces = "".join(f"  interface {device}\n  exit\n" for device in CORE[router])
    return (f"mpls ldp\n router-id {LOOPBACK[router]}\n discovery hello interval 1\n discovery hello holdtime 5\n"
            f" address-family ipv4\n"
            f"  discovery transport-address {LOOPBACK[router]}\n{interfaces} exit-address-family\nexit\n")


def mgmtd(router):
    return "zebra work-queue 1\n" if router != "ce" else ""


def configuration(router, daemon):
    """What the daemon's own configuration file holds at start."""
    makers = {"mgmtd": mgmtd, "ospfd": ospfd, "bgpd": bgpd, "ldpd": ldpd}
    text = makers[daemon](router) if daemon in makers else ""
    return f"hostname {router}\n{text}" if daemon != "mgmtd" else text


def commands(router, prefix=""):
    """`ip -batch` lines that make a router's own devices and addresses."""
    lines = ["link set lo up"]
    if router in LOOPBACK:
        lines.append(f"addr add {LOOPBACK[router]}/32 dev lo")
    if router == "ce":
        lines.append("link add site type dummy")
    lines += [f"addr add {address} dev {device}" for device, address in ADDRESSES.get(router, {}).items()]
    mine = [(d, mtu) for r, d, _, _, mtu in LINKS if r == router] + [(d, mtu) for _, _, r, d, mtu in LINKS if r == router]
    lines += [f"link set {device} mtu {mtu} up" for device, mtu in mine]
    return lines + (["link set site up"] if router == "ce" else [])
