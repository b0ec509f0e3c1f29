// An error whose words are written as compilers write differently: with a namespace, brackets, a cast and a suffix.
static_assert(sizeof(char) == 2, "ditto: use std::vector<int>[3] here; (int)5 is <5u> (in C++)");
