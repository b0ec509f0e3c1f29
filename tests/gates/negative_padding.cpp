// Less than no padding.
#include "device.hpp"

using Wrong = Sequential<Shape<8, 8, 3>, Conv2d<3, 4, 3, Padding<-1>>, Flatten, Linear<192, 3>>;
int main() {
    Trainer<Siamese<Wrong, ContrastiveLoss>, Adam, Device> trainer({.batch = {4}});
}
