// A broken network first used by a Trainer.
#include <ditto/ditto.hpp>

using namespace ditto;

using Network = Sequential<Shape<8, 8, 3>, Flatten, Linear<191, 10>>;
using Training = Trainer<Siamese<Network, ContrastiveLoss>, SGD, Cpu<fp32>>;

int main() {
    Training trainer(Training::Settings{});
}
