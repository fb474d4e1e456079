package picture

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// words makes a set of a list.
func words(s string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(s) {
		set[w] = true
	}
	return set
}

// svgElements are the elements that draw, describe or style.
const svgElements = `svg g defs symbol use title desc style
	path rect circle ellipse line polyline polygon text tspan textPath image
	linearGradient radialGradient stop clipPath mask pattern marker
	filter feBlend feColorMatrix feComponentTransfer feComposite feConvolveMatrix feDiffuseLighting feDisplacementMap
	feDistantLight feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur feMerge feMergeNode feMorphology
	feOffset fePointLight feSpecularLighting feSpotLight feTile feTurbulence`

// svgAttributes are the attributes that place, shape or paint. href, style and
// the xml: ones have rules of their own.
const svgAttributes = `id class role lang
	viewBox preserveAspectRatio version width height x y x1 y1 x2 y2 cx cy r rx ry fx fy fr d points pathLength transform
	dx dy rotate textLength lengthAdjust startOffset method spacing side
	gradientUnits gradientTransform spreadMethod offset clipPathUnits maskUnits maskContentUnits mask-type
	patternUnits patternContentUnits patternTransform markerUnits markerWidth markerHeight orient refX refY
	filterUnits primitiveUnits in in2 result mode type values tableValues slope intercept amplitude exponent operator k1 k2 k3 k4
	order kernelMatrix divisor bias targetX targetY edgeMode preserveAlpha surfaceScale diffuseConstant specularConstant
	specularExponent scale xChannelSelector yChannelSelector azimuth elevation z pointsAtX pointsAtY pointsAtZ limitingConeAngle
	stdDeviation radius baseFrequency numOctaves seed stitchTiles
	fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-linecap stroke-linejoin stroke-miterlimit
	stroke-dasharray stroke-dashoffset vector-effect paint-order opacity color display visibility overflow clip clip-path clip-rule mask
	filter flood-color flood-opacity lighting-color stop-color stop-opacity marker marker-start marker-mid marker-end
	color-interpolation color-interpolation-filters color-rendering shape-rendering text-rendering image-rendering isolation mix-blend-mode
	font font-family font-size font-size-adjust font-stretch font-style font-variant font-weight letter-spacing word-spacing
	text-anchor text-decoration dominant-baseline alignment-baseline baseline-shift writing-mode direction unicode-bidi
	transform-origin transform-box enable-background`

var (
	attributeName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]*$`)
	propertyName  = regexp.MustCompile(`^(--)?[a-z][a-z0-9-]*$`)
	selector      = regexp.MustCompile(`^[A-Za-z0-9_.#,:*>+~()\[\]="'\s-]+$`)
	fragmentName  = regexp.MustCompile(`^#[^\s"'()<>\\]+$`)
	localURL      = regexp.MustCompile(`(?i)url\(\s*(?:#[\w.:-]+|"#[\w.:-]+"|'#[\w.:-]+')\s*\)`)
	cssComment    = regexp.MustCompile(`(?s)/\*.*?\*/`)
	// fetching are the ways CSS has of loading or running something, and the escapes
	// that would hide them.
	fetching = regexp.MustCompile(`(?i)url\s*\(|image-set\s*\(|image\s*\(|src\s*\(|expression\s*\(|element\s*\(|attr\s*\(|javascript:|vbscript:|data:|https?:|//|\\|@|<|/\*|\*/`)
	// scheme begins an address, once the blanks are gone that browsers skip in one.
	scheme = regexp.MustCompile(`(?i)script:|data:|//`)
)

// plainName tells a name that needs no thought.
func plainName(s string) bool { return attributeName.MatchString(s) }

// fragment tells a reference to another part of the same file.
func fragment(s string) bool { return utf8.RuneCountInString(s) <= 201 && fragmentName.MatchString(s) }

// safeValue tells whether a value refers to nothing outside the file.
func safeValue(s string) bool {
	return !fetching.MatchString(localURL.ReplaceAllString(s, " ")) && !scheme.MatchString(strings.Join(strings.Fields(s), ""))
}

// cleanDeclarations keeps the declarations of a style attribute or of one rule
// that refer to nothing outside.
func cleanDeclarations(css string) string {
	var kept []string
	for _, d := range strings.Split(cssComment.ReplaceAllString(css, " "), ";") {
		name, value, ok := strings.Cut(d, ":")
		name, value = strings.ToLower(strings.TrimSpace(name)), strings.Join(strings.Fields(value), " ")
		if !ok || value == "" || !propertyName.MatchString(name) || name == "behavior" || strings.HasSuffix(name, "script") || strings.Contains(name, "-binding") ||
			strings.ContainsAny(value, "{}") || !safeValue(value) {
			continue
		}
		kept = append(kept, name+":"+value)
	}
	return strings.Join(kept, ";")
}

// cleanSheet keeps the plain rules of a style element; at-rules (imports, fonts,
// media queries) go.
func cleanSheet(css string) string {
	css = cssComment.ReplaceAllString(css, " ")
	var kept strings.Builder
	for _, rule := range strings.Split(css, "}") {
		names, body, ok := strings.Cut(rule, "{")
		names = strings.Join(strings.Fields(names), " ")
		if !ok || strings.Contains(body, "{") || !selector.MatchString(names) {
			continue
		}
		if body = cleanDeclarations(body); body != "" {
			kept.WriteString(names + "{" + body + "}")
		}
	}
	return kept.String()
}
