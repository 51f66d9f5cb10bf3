// SPDX-License-Identifier: MIT
#include "gate/audit_signature.hpp"

#include <nlohmann/json.hpp>

#include "base/atomic_file.hpp"
#include "base/text.hpp"
#include "gate/audit.hpp"

namespace rfsn::gate {
namespace {

using base::ErrorCode;
using nlohmann::json;

constexpr const char* name_space = "git-rfsn-audit";
constexpr std::uint64_t max_file = 1U << 20;

std::string signature_file(const Session& session) {
    return audit_place(session).log + ".signed";
}

std::string statement(const std::string& chain, std::uint64_t records, const std::string& mac) {
    return "git-rfsn audit log " + chain + ": " + std::to_string(records) + " records, ending in " + mac + "\n";
}

/// One of git's settings; empty if it is not set.
std::string setting(const Session& session, const std::string& name) {
    const auto value = session.repository().git({"config", "--get", "--type=path", name});
    return value ? std::string(base::trim(*value)) : std::string();
}

base::Result<std::string> ssh_keygen(Session& session, std::vector<std::string> args, const std::string& input) {
    base::ProcessSpec spec;
    spec.argv = std::move(args);
    spec.argv.insert(spec.argv.begin(), "ssh-keygen");
    spec.env = session.env().block();  // the agent's socket and the prompt for a passphrase are the user's own
    spec.input = input;
    spec.timeout = std::chrono::minutes(2);
    const auto result = session.runner().run_one(std::move(spec));
    if (result.end == base::ProcessEnd::not_found) {
        return base::fail(ErrorCode::unavailable, "ssh-keygen is not installed");
    }
    if (!result.ok()) {
        return base::fail(ErrorCode::external, "ssh-keygen: " + base::printable(base::trim(result.err + result.out)));
    }
    return result.out;
}

}  // namespace

base::Result<AuditSignature> sign_audit(Session& session, const observe::AuditChain& chain, const std::string& key) {
    RFSN_ASSIGN(const auto verdict, chain.verify());
    if (!verdict.intact) {
        return base::fail(ErrorCode::corrupt, "the audit log does not hold: " + verdict.problem);
    }
    if (verdict.head.records == 0) {
        return base::fail(ErrorCode::usage, "the audit log is empty");
    }
    const std::string file = key.empty() ? setting(session, "user.signingKey") : key;
    if (file.empty()) {
        return base::fail(ErrorCode::usage, "name a key: git rfsn log sign --key ~/.ssh/id_ed25519");
    }
    const auto& head = verdict.head;
    RFSN_ASSIGN(const std::string signature, ssh_keygen(session, {"-Y", "sign", "-q", "-f", file, "-n", name_space},
                                                        statement(head.chain, head.records, head.mac)));
    const json value{
        {"version", 1}, {"chain", head.chain}, {"records", head.records}, {"mac", head.mac}, {"signature", signature}};
    RFSN_TRY(base::write_atomically(signature_file(session), value.dump(2) + "\n", 0600));
    return AuditSignature{head.records, "", ""};
}

base::Result<AuditSignature> check_audit_signature(Session& session, const observe::AuditChain& chain) {
    const auto text = base::read_file(signature_file(session), max_file);
    if (!text && text.error().code == ErrorCode::not_found) {
        return AuditSignature{};
    }
    if (!text) {
        return tl::make_unexpected(text.error());
    }
    AuditSignature found;
    std::string mac, of_chain, signature;
    try {
        const auto value = json::parse(*text);
        found.records = value.at("records").get<std::uint64_t>();
        mac = value.at("mac").get<std::string>();
        of_chain = value.at("chain").get<std::string>();
        signature = value.at("signature").get<std::string>();
    } catch (const json::exception&) {
        found.problem = signature_file(session) + " is damaged";
        return found;
    }
    RFSN_ASSIGN(const std::string now, chain.mac_of(found.records));
    if (now.empty() || now != mac) {
        found.problem = "the chain is not the one that was signed";
        return found;
    }
    RFSN_ASSIGN(const auto scratch, base::TempDir::make(audit_place(session).state_dir, "signature-"));
    const std::string file = scratch.path() + "/signature";
    RFSN_TRY(base::write_atomically(file, signature, 0600));
    const std::string signed_text = statement(of_chain, found.records, mac);
    const std::string allowed = setting(session, "gpg.ssh.allowedSignersFile");
    std::string principal;
    if (!allowed.empty()) {
        const auto who = ssh_keygen(session, {"-Y", "find-principals", "-f", allowed, "-s", file}, "");
        if (!who) {
            found.problem = "the key is none of those in " + allowed;
            return found;
        }
        principal = std::string(base::trim(who->substr(0, who->find('\n'))));
    }
    const auto checked =
        principal.empty()
            ? ssh_keygen(session, {"-Y", "check-novalidate", "-n", name_space, "-s", file}, signed_text)
            : ssh_keygen(session, {"-Y", "verify", "-f", allowed, "-I", principal, "-n", name_space, "-s", file},
                         signed_text);
    if (!checked && checked.error().code == ErrorCode::unavailable) {
        return tl::make_unexpected(checked.error());
    }
    if (!checked) {
        found.problem = checked.error().message;
        return found;
    }
    found.signer = std::string(base::trim(*checked)) +
                   (allowed.empty() ? "; set gpg.ssh.allowedSignersFile to check whose key it is" : "");
    return found;
}

void drop_audit_signature(Session& session) {
    static_cast<void>(base::remove_tree(signature_file(session)));
}

}  // namespace rfsn::gate
