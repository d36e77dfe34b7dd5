#include "versions.h"
#if defined(__x86_64__)
#define LANES 8
#define ROWS 6
#define VECTORS 2
#define SUFFIX _avx2
#define CPU atelier_avx2
#define TARGET __attribute__((target("avx2,fma")))
#include "versions_body.h"
#endif
