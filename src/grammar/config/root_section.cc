// The root of a configuration file: ExaBGP's sections (exabgp-language 2) and OpenBell's own.

#include "grammar/config/draft.h"
#include "grammar/config/value.h"

namespace openbell::grammar {

namespace {

constexpr std::size_t own_sections_max = 4096;  // services, plans, BFD sessions: each

bool parse_process(SectionParser& parser, Configuration&) {
  const std::size_t offset = parser.statement();
  ProcessConfig process;
  if (!parser.bare() && !parse_word(parser, "a name", process.name)) return false;
  while (!parser.bare()) parser.in.word();
  for (const ProcessConfig& other : parser.drafts.processes)
    if (other.name == process.name)
      parser.error(offset, "a process section called '" + process.name + "' already exists");
  if (!parser.read_block("process", process_rows(), process)) return false;
  if (process.run.empty()) parser.error(offset, "process '" + process.name + "' has no 'run'");
  parser.drafts.processes.push_back(std::move(process));
  return true;
}

bool read_neighbor(SectionParser& parser, NeighborDraft& neighbor) {
  parser.neighbor = &neighbor;
  const bool read =
      parser.read_block("neighbor", neighbor_rows(), neighbor.config, &neighbor.given);
  parser.neighbor = nullptr;
  return read;
}

bool parse_template(SectionParser& parser, Drafts& drafts) {
  NeighborDraft& draft = drafts.templates.emplace_back();
  draft.offset = parser.statement();
  if (!parse_word(parser, "the name of the template", draft.title)) return false;
  for (const NeighborDraft& other : drafts.templates)
    if (&other != &draft && other.title == draft.title)
      parser.error(draft.offset, "a template called '" + draft.title + "' already exists");
  return read_neighbor(parser, draft);
}

constexpr Row<Drafts> template_table[] = {
    unit(RowKind::block, "neighbor", "NAME { … }", "settings that neighbors inherit",
         parse_template),
};

bool parse_templates(SectionParser& parser, Configuration&) {
  return parser.read_block<Drafts>("template", template_table, parser.drafts);
}

bool parse_neighbor(SectionParser& parser, Configuration&) {
  NeighborDraft& draft = parser.drafts.neighbors.emplace_back();
  draft.offset = parser.statement();
  const std::size_t offset = parser.in.offset();
  if (!parse_word(parser, "the address of the peer", draft.title)) return false;
  // What is inside is read nevertheless: its errors are worth knowing too.
  if (!base::parse_prefix(draft.title, draft.config.peer_address))
    parser.error(offset, "neighbor: wanted an IP address or prefix, found '" + draft.title + "'");
  return read_neighbor(parser, draft);
}

bool parse_audit(SectionParser& parser, Configuration&) {
  return parser.read_block("audit", audit_rows(), parser.drafts.audit);
}

template <typename Draft>
void keep(SectionParser& parser, std::vector<Draft>& drafts, Draft draft) {
  if (drafts.size() == own_sections_max)
    parser.error(draft.offset, "at most 4096 sections of this kind");
  else
    drafts.push_back(std::move(draft));
}

bool parse_service(SectionParser& parser, Configuration&) {
  ServiceDraft draft;
  draft.offset = parser.statement();
  if (!parse_name(parser, "the name of the service", draft.config.name)) return false;
  for (const ServiceDraft& other : parser.drafts.services)
    if (other.config.name == draft.config.name)
      parser.error(draft.offset, "a service called '" + draft.config.name + "' already exists");
  parser.service = &draft;
  const bool read = parser.read_block("service", service_rows(), draft.config, &draft.given);
  parser.service = nullptr;
  if (!read) return false;
  for (CheckDraft& check : draft.checks) complete_check(parser, draft.defaults, check);
  keep(parser, parser.drafts.services, std::move(draft));
  return true;
}

bool parse_plan(SectionParser& parser, Configuration&) {
  PlanDraft draft;
  draft.offset = parser.statement();
  if (!parse_name(parser, "the name of the plan", draft.config.name)) return false;
  for (const PlanDraft& other : parser.drafts.plans)
    if (other.config.name == draft.config.name)
      parser.error(draft.offset, "a plan called '" + draft.config.name + "' already exists");
  parser.plan = &draft;
  const bool read = parser.read_block("plan", plan_rows(), draft.config, &draft.given);
  parser.plan = nullptr;
  if (!read) return false;
  keep(parser, parser.drafts.plans, std::move(draft));
  return true;
}

bool parse_bfd(SectionParser& parser, Configuration&) {
  BfdDraft draft;
  draft.offset = parser.statement();
  if (!parse_name(parser, "the name of the session", draft.config.name)) return false;
  for (const BfdDraft& other : parser.drafts.bfd_sessions)
    if (other.config.name == draft.config.name)
      parser.error(draft.offset, "a bfd section called '" + draft.config.name + "' already exists");
  if (!parser.read_block("bfd", bfd_rows(), draft.config, &draft.given)) return false;
  complete_bfd_section(parser, draft);
  keep(parser, parser.drafts.bfd_sessions, std::move(draft));
  return true;
}

bool parse_guard(SectionParser& parser, Configuration&) {
  return parser.read_block("guard", guard_rows(), parser.drafts.guard);
}

bool parse_realtime(SectionParser& parser, Configuration&) {
  return parser.read_block("realtime", realtime_rows(), parser.drafts.realtime);
}

constexpr Row<Configuration> root_table[] = {
    unit(RowKind::block, "process", "NAME { … }", "a helper program", parse_process),
    unit(RowKind::block, "template", "{ … }", "templates for neighbors", parse_templates),
    unit(RowKind::block, "neighbor", "IP[/LENGTH] { … }", "a peer", parse_neighbor),
    unit(RowKind::block, "audit", "{ … }", "the log of all changes", parse_audit),
    unit(RowKind::block, "service", "NAME { … }", "routes that follow checks", parse_service),
    unit(RowKind::block, "plan", "NAME { … }", "changes kept ready to be sent", parse_plan),
    unit(RowKind::block, "guard", "{ … }", "when changes are held back", parse_guard),
    unit(RowKind::block, "bfd", "NAME { … }", "a BFD session without a neighbor", parse_bfd),
    unit(RowKind::block, "realtime", "{ … }", "how the speaker itself runs", parse_realtime),
};

}  // namespace

std::span<const Row<Configuration>> root_rows() {
  return root_table;
}

bool parse_configuration(std::string_view text, const ParseOptions& options,
                         Configuration& configuration, std::vector<Diagnostic>& diagnostics) {
  Diagnostics found(text, options.file_name, options.diagnostics_max);
  Drafts drafts;
  SectionParser parser(text, options, found, drafts);
  TypedSection<Configuration> root("root", root_rows(), configuration);
  if (parser.in.at_end()) found.error(0, "the configuration is empty");
  parser.read_file(root);
  finish_drafts(parser, configuration);
  for (Diagnostic& diagnostic : found.take()) diagnostics.push_back(std::move(diagnostic));
  return !found.has_errors();
}

}  // namespace openbell::grammar
