#pragma once

// Everything is hidden unless marked: the shared library exports what users and inline code need.
#define TROUPE_EXPORT __attribute__((visibility("default")))
