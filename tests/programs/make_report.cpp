// make_report OUTPUT [NAME]: writes a report of made up people, each called NAME and a number, for the tests that look
// at the page from outside.
#include <ditto/report/report.hpp>
#include <string>

#include "../report/synthetic.hpp"

int main(int argc, char** argv) {
    if (argc < 2) return 2;
    ditto::ReportData data = synthetic_report();
    if (argc > 2) {
        const std::string name = argv[2];
        data.title += name;
        for (std::string& image : data.images) image.insert(0, name);
        for (ditto::MapPerson& person : data.people) person.name.insert(0, name);
        data.settings.emplace_back(name, name);
    }
    ditto::write_report(argv[1], data);
}
