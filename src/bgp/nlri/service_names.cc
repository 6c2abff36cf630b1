// Names of well-known ports, as the IANA service name registry has them. The table is compiled in
// so that a route means the same on every machine, whatever its /etc/services says.

#include <algorithm>

#include "bgp/nlri/flow_component.h"

namespace openbell::bgp {

namespace {

// Ascending ports; of several names of one port the first is printed.
// clang-format off
constexpr flow::NamedValue services[] = {
    {"tcpmux", 1}, {"echo", 7}, {"discard", 9}, {"systat", 11}, {"daytime", 13}, {"qotd", 17},
    {"chargen", 19}, {"ftp-data", 20}, {"ftp", 21}, {"ssh", 22}, {"telnet", 23}, {"smtp", 25},
    {"time", 37}, {"nicname", 43}, {"whois", 43}, {"tacacs", 49}, {"domain", 53}, {"bootps", 67},
    {"bootpc", 68}, {"tftp", 69}, {"gopher", 70}, {"finger", 79}, {"http", 80}, {"www", 80},
    {"www-http", 80}, {"hosts2-ns", 81}, {"kerberos", 88}, {"iso-tsap", 102}, {"acr-nema", 104},
    {"3com-tsmux", 106}, {"pop2", 109}, {"pop3", 110}, {"sunrpc", 111}, {"auth", 113},
    {"sftp", 115}, {"uucp-path", 117}, {"sqlserv", 118}, {"nntp", 119}, {"ntp", 123},
    {"epmap", 135}, {"netbios-ns", 137}, {"netbios-dgm", 138}, {"netbios-ssn", 139}, {"imap", 143},
    {"imap2", 143}, {"bftp", 152}, {"sqlsrv", 156}, {"snmp", 161}, {"snmptrap", 162},
    {"cmip-man", 163}, {"cmip-agent", 164}, {"print-srv", 170}, {"mailq", 174}, {"xdmcp", 177},
    {"bgp", 179}, {"irc", 194}, {"smux", 199}, {"at-rtmp", 201}, {"qmtp", 209}, {"z39-50", 210},
    {"ipx", 213}, {"mpp", 218}, {"imap3", 220}, {"esro-gen", 259}, {"bgmp", 264},
    {"http-mgmt", 280}, {"novastorbakcup", 308}, {"asip-webadmin", 311}, {"pkix-timestamp", 318},
    {"ptp-event", 319}, {"ptp-general", 320}, {"odmr", 366}, {"rpc2portmap", 369},
    {"codaauth2", 370}, {"clearcase", 371}, {"hp-alarm-mgr", 383}, {"arns", 384}, {"aurp", 387},
    {"ldap", 389}, {"ups", 401}, {"svrloc", 427}, {"nnsp", 433}, {"mobileip-agent", 434},
    {"https", 443}, {"snpp", 444}, {"microsoft-ds", 445}, {"kpasswd", 464}, {"submissions", 465},
    {"saft", 487}, {"go-login", 491}, {"retrospect", 497}, {"isakmp", 500}, {"mbap", 502},
    {"citadel", 504}, {"fcp", 510}, {"exec", 512}, {"biff", 512}, {"login", 513}, {"who", 513},
    {"shell", 514}, {"syslog", 514}, {"printer", 515}, {"talk", 517}, {"ntalk", 518},
    {"router", 520}, {"efs", 520}, {"rip", 520}, {"ripng", 521}, {"ncp", 524}, {"timed", 525},
    {"courier", 530}, {"netnews", 532}, {"netwall", 533}, {"uucp", 540}, {"klogin", 543},
    {"kshell", 544}, {"dhcpv6-client", 546}, {"dhcpv6-server", 547}, {"afpovertcp", 548},
    {"new-rwho", 550}, {"rtsp", 554}, {"remotefs", 556}, {"rmonitor", 560}, {"monitor", 561},
    {"nntps", 563}, {"submission", 587}, {"http-rpc-epmap", 593}, {"syslog-conn", 601},
    {"asf-rmcp", 623}, {"dec-dlm", 625}, {"ipp", 631}, {"rlzdbase", 635}, {"ldaps", 636},
    {"msdp", 639}, {"repcmd", 641}, {"sanity", 643}, {"ldp", 646}, {"dhcp-failover", 647},
    {"rrp", 648}, {"ieee-mms", 651}, {"repscmd", 653}, {"aodv", 654}, {"mdqs", 666}, {"doom", 666},
    {"acap", 674}, {"realm-rusd", 688}, {"vatp", 690}, {"msexch-routing", 691}, {"ha-cluster", 694},
    {"ieee-mms-ssl", 695}, {"olsr", 698}, {"epp", 700}, {"lmp", 701}, {"iris-beep", 702},
    {"silc", 706}, {"cisco-tdp", 711}, {"tbrpf", 712}, {"kerberos-adm", 749}, {"kerberos-iv", 750},
    {"kerberos4", 750}, {"kerberos-master", 751}, {"passwd-server", 752}, {"netconf-ssh", 830},
    {"netconf-beep", 831}, {"netconfsoaphttp", 832}, {"netconfsoapbeep", 833},
    {"dhcp-failover2", 847}, {"gdoi", 848}, {"domain-s", 853}, {"iscsi", 860},
    {"owamp-control", 861}, {"twamp-control", 862}, {"rsync", 873}, {"rndc", 953},
    {"ftps-data", 989}, {"ftps", 990}, {"telnets", 992}, {"imaps", 993}, {"pop3s", 995},
    {"socks", 1080}, {"rmiregistry", 1099}, {"openvpn", 1194}, {"kazaa", 1214},
    {"qt-serveradmin", 1220}, {"nessus", 1241}, {"ipsec-msft", 1293}, {"menandmice-dns", 1337},
    {"lotusnote", 1352}, {"ms-sql-s", 1433}, {"ms-sql-m", 1434}, {"ica", 1494}, {"wins", 1512},
    {"ncube-lm", 1521}, {"vqp", 1589}, {"icabrowser", 1604}, {"l2tp", 1701}, {"l2f", 1701},
    {"h323gatestat", 1719}, {"h323hostcall", 1720}, {"pptp", 1723}, {"ms-streaming", 1755},
    {"radius", 1812}, {"radius-acct", 1813}, {"mqtt", 1883}, {"ssdp", 1900},
    {"macromedia-fcs", 1935}, {"hsrp", 1985}, {"cisco-sccp", 2000}, {"nfs", 2049}, {"radsec", 2083},
    {"gnunet", 2086}, {"gsigatekeeper", 2119}, {"cvspserver", 2401}, {"iec-104", 2404},
    {"mgcp-gateway", 2427}, {"ttc", 2483}, {"ttc-ssl", 2484}, {"dict", 2628},
    {"sybaseanywhere", 2638}, {"gpsd", 2947}, {"xbox", 3074}, {"ndl-aas", 3128}, {"icpv2", 3130},
    {"isns", 3205}, {"iscsi-target", 3260}, {"msft-gc", 3268}, {"msft-gc-ssl", 3269},
    {"mysql", 3306}, {"ms-wbt-server", 3389}, {"stun", 3478}, {"turn", 3478}, {"distcc", 3632},
    {"daap", 3689}, {"svn", 3690}, {"ws-discovery", 3702}, {"bfd-control", 3784},
    {"bfd-echo", 3785}, {"diameter", 3868}, {"pcep", 4189}, {"sieve", 4190}, {"f5-iquery", 4353},
    {"epmd", 4369}, {"ntske", 4460}, {"ipsec-nat-t", 4500}, {"iax", 4569}, {"ipfix", 4739},
    {"ipfixs", 4740}, {"bfd-multi-ctl", 4784}, {"vxlan", 4789}, {"vxlan-gpe", 4790},
    {"avt-profile-1", 5004}, {"avt-profile-2", 5005}, {"sip", 5060}, {"sips", 5061},
    {"sip-tls", 5061}, {"xmpp-client", 5222}, {"xmpp-server", 5269}, {"stuns", 5349},
    {"turns", 5349}, {"mdns", 5353}, {"llmnr", 5355}, {"postgresql", 5432},
    {"fcp-addr-srvr1", 5500}, {"amqps", 5671}, {"amqp", 5672}, {"coap", 5683}, {"coaps", 5684},
    {"rfb", 5900}, {"wsman", 5985}, {"wsmans", 5986}, {"x11", 6000}, {"geneve", 6081},
    {"gnutella-svc", 6346}, {"gnutella-rtr", 6347}, {"redis", 6379}, {"sge-qmaster", 6444},
    {"sge-execd", 6445}, {"syslog-tls", 6514}, {"openflow", 6653}, {"babel", 6696},
    {"bfd-lag", 6784}, {"afs3-callback", 7001}, {"afs3-prserver", 7002}, {"afs3-vlserver", 7003},
    {"afs3-kaserver", 7004}, {"afs3-volser", 7005}, {"afs3-bos", 7007}, {"afs3-update", 7008},
    {"afs3-rmtsys", 7009}, {"s-bfd", 7784}, {"irdmi", 8000}, {"http-alt", 8080}, {"webcache", 8080},
    {"sunproxyadmin", 8081}, {"radan-http", 8088}, {"puppet", 8140}, {"pcsync-https", 8443},
    {"secure-mqtt", 8883}, {"ddi-tcp-1", 8888}, {"cslistener", 9000}, {"websm", 9090},
    {"hp-pdl-datastr", 9100}, {"pdl-datastream", 9100}, {"bacula-dir", 9101}, {"bacula-fd", 9102},
    {"bacula-sd", 9103}, {"git", 9418}, {"zabbix-agent", 10050}, {"nbd", 10809},
    {"memcache", 11211}, {"hkp", 11371}, {"binkp", 24554}, {"traceroute", 33434}, {"bacnet", 47808},
};
// clang-format on
static_assert(std::ranges::is_sorted(services, {}, &flow::NamedValue::value));

}  // namespace

std::string_view service_name(std::uint16_t port) {
  const auto* row = std::ranges::lower_bound(services, port, {}, &flow::NamedValue::value);
  return row != std::end(services) && row->value == port ? row->name : std::string_view{};
}

bool find_service(std::string_view name, std::uint16_t& port) {
  const auto* row = std::ranges::find(services, name, &flow::NamedValue::name);
  if (row == std::end(services)) return false;
  port = row->value;
  return true;
}

}  // namespace openbell::bgp
