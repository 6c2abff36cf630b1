// api [NAME] { … } of a neighbor (exabgp-language 2.7).

#include "grammar/config/draft.h"
#include "grammar/config/value.h"

namespace openbell::grammar {

namespace {

bool parse_processes(SectionParser& parser, ApiBinding&) {
  if (!parser.api->patterns.empty())
    parser.error(parser.statement(), "processes and processes-match exclude each other");
  return parse_names(parser, "the name of a process", parser.api->processes);
}

bool parse_processes_match(SectionParser& parser, ApiBinding&) {
  if (!parser.api->processes.empty())
    parser.error(parser.statement(), "processes and processes-match exclude each other");
  return parse_names(parser, "a regular expression", parser.api->patterns);
}

bool parse_receive(SectionParser& parser, ApiBinding& binding) {
  return parser.read_block("receive", message_rows(), binding.receive);
}

bool parse_send(SectionParser& parser, ApiBinding& binding) {
  return parser.read_block("send", message_rows(), binding.send);
}

template <auto member>
constexpr Row<ApiBinding> event(std::string_view word, std::string_view help) {
  return leaf<ApiBinding, Flag<Bare::on>, member>(word, "[BOOLEAN]", help);
}

constexpr Row<ApiBinding> api_table[] = {
    unit(RowKind::leaf, "processes", "[ NAME… ]", "may command this neighbor and hear of it",
         parse_processes),
    unit(RowKind::leaf, "processes-match", "[ REGEX… ]", "the same, by the names of processes",
         parse_processes_match),
    event<&ApiBinding::neighbor_changes>("neighbor-changes", "the session comes up or goes down"),
    event<&ApiBinding::negotiated>("negotiated", "what both sides agreed on"),
    event<&ApiBinding::fsm>("fsm", "every change of state"),
    event<&ApiBinding::signal>("signal", "signals that the speaker gets"),
    unit(RowKind::block, "receive", "{ … }", "messages of the peer", parse_receive),
    unit(RowKind::block, "send", "{ … }", "messages to the peer", parse_send),
};

/// A word alone; what follows it is ignored, as in ExaBGP.
template <auto member>
bool parse_message(SectionParser&, MessageInterest& interest) {
  interest.*member = true;
  return true;
}

template <auto member>
constexpr Row<MessageInterest> message(std::string_view word, std::string_view help) {
  Row<MessageInterest> row = leaf<MessageInterest, Flag<Bare::on>, member>(word, {}, help);
  row.parse = parse_message<member>;
  row.print = nullptr;
  return row;
}

constexpr Row<MessageInterest> message_table[] = {
    message<&MessageInterest::parsed>("parsed", "as decoded"),
    message<&MessageInterest::packets>("packets", "as bytes"),
    message<&MessageInterest::consolidate>("consolidate", "both in one"),
    message<&MessageInterest::open>("open", "OPEN"),
    message<&MessageInterest::update>("update", "UPDATE"),
    message<&MessageInterest::notification>("notification", "NOTIFICATION"),
    message<&MessageInterest::keepalive>("keepalive", "KEEPALIVE"),
    message<&MessageInterest::refresh>("refresh", "ROUTE-REFRESH"),
    message<&MessageInterest::operational>("operational", "accepted, there are none"),
};

}  // namespace

std::span<const Row<ApiBinding>> api_rows() {
  return api_table;
}

std::span<const Row<MessageInterest>> message_rows() {
  return message_table;
}

}  // namespace openbell::grammar
