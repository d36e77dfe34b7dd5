#include "versions.h"
#define LANES 4
#define ROWS 4
#define VECTORS 2
#define SUFFIX _portable
#define CPU atelier_portable
#define TARGET
#include "versions_body.h"
