#include "face_report.hpp"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <ditto/cpu.hpp>
#include <ditto/images/resize.hpp>
#include <ditto/report/people_map.hpp>

#include "face_networks.hpp"
#include "network_table.hpp"

namespace support {

void add_map(ditto::ReportData& data, std::span<const std::string> people,
             const std::function<std::span<const float>(std::size_t image)>& features) {
    data.people = ditto::choose_people(people);
    for (const ditto::MapPerson& person : data.people)
        for (const std::size_t image : person.images) {
            const std::span<const float> row = features(image);
            data.feature_count = row.size();
            data.map_features.insert(data.map_features.end(), row.begin(), row.end());
        }
}

ditto::Image network_view(const ditto::Image& image, double crop) {
    const auto cropped = [&](int length) { return std::max(1, static_cast<int>(std::lround(crop * length))); };
    return ditto::crop_and_resize(image, crop, cropped(image.height), cropped(image.width));
}

std::vector<ditto::ReportLayer> face_network_table(std::string_view network) {
    return support::with_face_network(network, []<class Network>() { return support::network_table<Network>(); });
}

std::string time_text() {
    const std::time_t now = std::time(nullptr);
    std::tm utc{};
    gmtime_r(&now, &utc);
    char text[32];
    return {text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &utc)};
}

}  // namespace support
