/** What a click costs each role, measured by running the roles as processes of their own. */
@org.jspecify.annotations.NullMarked
package io.freshet.workbench.scale;
