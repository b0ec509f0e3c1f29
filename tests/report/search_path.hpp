// Another PATH for as long as a test wants.
#pragma once

#include <cstdlib>
#include <string>

class SearchPath {
  public:
    explicit SearchPath(const std::string& path) : before_(std::getenv("PATH")) { setenv("PATH", path.c_str(), 1); }
    SearchPath(const SearchPath&) = delete;
    SearchPath& operator=(const SearchPath&) = delete;
    ~SearchPath() { setenv("PATH", before_.c_str(), 1); }

  private:
    std::string before_;
};
