// SPDX-License-Identifier: MIT
// Feeds every file of a corpus directory to the fuzz target, and each of its prefixes for short ones; fails on an empty
// corpus.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int argc, char** argv) {
    std::size_t count = 0;
    for (int i = 1; i < argc; ++i) {
        for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
            std::ifstream in(entry.path(), std::ios::binary);
            std::ostringstream whole;
            whole << in.rdbuf();
            const std::string bytes = whole.str();
            const auto feed = [&](std::size_t size) {
                const std::string copy = bytes.substr(0, size);
                LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(copy.data()), copy.size());
            };
            feed(bytes.size());
            for (std::size_t size = 0; bytes.size() <= 2048 && size < bytes.size(); ++size) {
                feed(size);
            }
            ++count;
        }
    }
    std::printf("%zu inputs replayed\n", count);
    return count == 0 ? 1 : 0;
}
