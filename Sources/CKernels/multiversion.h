#pragma once

// One binary for every CPU: the compiler makes a version for each instruction set, and the loader
// picks one. Contraction to fused multiply-add is allowed within an expression, as the default is.
#if defined(__x86_64__) && defined(__linux__)
#define ATELIER_MULTIVERSION \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define ATELIER_MULTIVERSION
#endif
