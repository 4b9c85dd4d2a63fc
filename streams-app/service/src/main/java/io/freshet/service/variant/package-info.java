/** Variants: which variant a user has, which process answers, and what users clicked afterwards. */
@NullMarked
package io.freshet.service.variant;

import org.jspecify.annotations.NullMarked;
