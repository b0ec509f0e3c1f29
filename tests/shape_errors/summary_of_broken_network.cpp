// A broken network first used to print its table.
#include <ditto/ditto.hpp>

using namespace ditto;

using Network = Sequential<Shape<8, 8, 3>, MaxPool2d<3>, Flatten>;

int main() {
    return summary<Network>().empty();
}
