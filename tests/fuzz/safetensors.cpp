// A safetensors file as a whole: what is taken is consistent, and all of its numbers can be read.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include "ditto/core/error.hpp"
#include "ditto/io/safetensors_reader.hpp"
#include "ditto/model/weights_metadata.hpp"
#include "support/memory_file.hpp"

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

template <class Use>
void one_line(const Use& use) {
    try {
        use();
    } catch (const ditto::Error& error) {
        for (const char* c = error.what(); *c != '\0'; ++c)
            require(static_cast<unsigned char>(*c) >= 0x20);  // one line, and nothing for a terminal to obey
    }
}

template <class T>
void read_all(const ditto::SafetensorsReader& file, const ditto::TensorEntry& entry) {
    one_line([&] {
        std::vector<T> values(entry.size());
        file.read(entry, 0, std::span(values));
    });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const MemoryFile memory;
    memory.assign({data, size});
    one_line([&] {
        const ditto::SafetensorsReader file(memory.path());
        std::uint64_t end = 0;
        for (const ditto::TensorEntry& entry : file.tensors()) {
            require(entry.offset == end && file.find(entry.name) == &entry);
            end += entry.bytes;
            require(end <= size);
            read_all<float>(file, entry);
            read_all<double>(file, entry);
            read_all<std::int64_t>(file, entry);
            read_all<std::uint8_t>(file, entry);
        }
        (void)ditto::weights_info(file);
    });
    return 0;
}
