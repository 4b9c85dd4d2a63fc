@NullMarked
package io.freshet.config;

import org.jspecify.annotations.NullMarked;
