# unit_tests <build folder> [room...]: prints the names of the unit tests, but the slow ones, that are programs of that
# build: of all rooms, or of those that are named. Ends the script for a room without any.
unit_tests() {
    local folder=$1 room found targets
    targets=$(cmake --build "$folder" --target help | sed -n 's/: phony$//p')
    for room in "${@:2}"; do
        found=$(ctest --test-dir "$folder" -N --label-regex "^$room\$" --label-exclude '^slow$' |
            sed -n 's/^ *Test *#[0-9]*: //p' | grep -xF "$targets") ||
            { echo "error: no unit tests in '$room'" >&2; exit 2; }
        echo "$found"
    done
}
