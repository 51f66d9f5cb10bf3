// SPDX-License-Identifier: MIT
#include <charconv>

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "gate/audit.hpp"
#include "gate/audit_signature.hpp"

namespace rfsn::cli {
namespace {

std::string as_text(const observe::AuditRecord& record) {
    std::string text = record.time + "  " + base::printable(record.event);
    const auto field = [&](const char* name) {
        const auto found = record.fields.find(name);
        return found == record.fields.end() ? std::string() : base::printable(found->second);
    };
    if (const auto id = field("proposal"); !id.empty()) {
        text += " " + id;
    }
    text += "\n";
    for (const auto& [name, value] : record.fields) {
        if (name != "proposal" && !value.empty()) {
            text +=
                "  " + name + std::string(name.size() < 10 ? 10 - name.size() : 1, ' ') + base::printable(value) + "\n";
        }
    }
    return text;
}

std::string as_json(const std::vector<observe::AuditRecord>& records) {
    auto list = nlohmann::json::array();
    for (const auto& record : records) {
        list.push_back(
            {{"number", record.number}, {"time", record.time}, {"event", record.event}, {"fields", record.fields}});
    }
    const nlohmann::json value{{"version", 1}, {"records", std::move(list)}};
    return value.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

int list(const Invocation& invocation, const observe::AuditChain& chain) {
    auto records = chain.read();
    if (!records) {
        return fail_with(records.error());
    }
    if (invocation.has("n")) {
        const std::string typed = invocation.value("n");
        std::size_t wanted = 0;
        std::from_chars(typed.data(), typed.data() + typed.size(), wanted);
        if (records->size() > wanted) {
            records->erase(records->begin(), records->end() - static_cast<std::ptrdiff_t>(wanted));
        }
    }
    if (invocation.value("format", "terminal") == "json") {
        return print(as_json(*records));
    }
    std::string text;
    for (const auto& record : *records) {
        text += as_text(record);
    }
    return print(text);
}

int verify(gate::Session& session, const observe::AuditChain& chain) {
    const auto verdict = chain.verify();
    if (!verdict) {
        return fail_with(verdict.error());
    }
    if (!verdict->intact) {
        say("git-rfsn: the audit log does not hold: " + base::printable(verdict->problem));
        say("  records before it that hold: " + std::to_string(verdict->head.records));
        say("  when you know why: git rfsn log restart");
        return 1;
    }
    std::string text = "intact    " + std::to_string(verdict->head.records) + " records\n";
    if (auto records = chain.read(); records && !records->empty() && records->front().event == "restarted") {
        text +=
            "restarted " + records->front().time + ": " + base::printable(records->front().fields["problem"]) + "\n";
    }
    const auto signature = gate::check_audit_signature(session, chain);
    if (!signature) {
        return fail_with(signature.error());
    }
    if (!signature->problem.empty()) {
        say("git-rfsn: the signature does not hold: " + base::printable(signature->problem));
        return 1;
    }
    if (signature->records > 0) {
        text += "signed    the first " + std::to_string(signature->records) + " records, " +
                base::printable(signature->signer) + "\n";
    }
    return print(text);
}

int restart(gate::Session& session, observe::AuditChain& chain) {
    const auto verdict = chain.verify();
    if (!verdict) {
        return fail_with(verdict.error());
    }
    if (verdict->intact) {
        return fail_with({base::ErrorCode::usage, "the audit log holds; there is nothing to restart", {}});
    }
    const auto aside = chain.restart(verdict->problem);
    if (!aside) {
        return fail_with(aside.error());
    }
    gate::drop_audit_signature(session);
    say("a new audit log was begun; its first record says why" +
        (aside->empty() ? std::string() : "; the old one is " + base::printable(*aside)));
    return 0;
}

}  // namespace

int cmd_log(const Invocation& invocation, Context& context) {
    auto session = open_session(context);
    if (!session) {
        return fail_with(session.error());
    }
    auto place = gate::audit_place(**session);
    if (place.state_dir.empty()) {
        return fail_with({base::ErrorCode::io, "there is no audit log without a home: set HOME or XDG_STATE_HOME", {}});
    }
    observe::AuditChain chain(std::move(place));
    const std::string action = invocation.positionals.empty() ? "" : invocation.positionals.front();
    if (action == "verify") {
        return verify(**session, chain);
    }
    if (action == "restart") {
        return restart(**session, chain);
    }
    if (action == "sign") {
        const auto signature = gate::sign_audit(**session, chain, invocation.value("key"));
        if (!signature) {
            return fail_with(signature.error());
        }
        say("signed " + std::to_string(signature->records) + " records");
        return 0;
    }
    return list(invocation, chain);
}

}  // namespace rfsn::cli
