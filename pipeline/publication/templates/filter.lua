-- What Quarto does and Pandoc alone does not: numbered cross-references, callouts, tabsets, equation numbers,
-- table header scopes, marks of states. Words come in as metadata `words`, so that no language stands here.

local words, numbers, counts = {}, {}, { fig = 0, tbl = 0, eq = 0, tab = 0 }
local slides = FORMAT:match("revealjs") ~= nil
local html = FORMAT:match("html") ~= nil or slides
local typst, docx, pptx = FORMAT == "typst", FORMAT == "docx", FORMAT == "pptx"
local office = docx or pptx
local str = pandoc.utils.stringify

local function raw(text) return pandoc.RawInline(html and "html" or "typst", text) end
local function block(text) return pandoc.RawBlock(html and "html" or "typst", text) end
local function wrap(open, blocks, close)
  local all = pandoc.Blocks({ block(open) })
  all:extend(blocks)
  all:insert(block(close))
  return all
end
local function escaped(text)
  return (text:gsub("&", "&amp;"):gsub("<", "&lt;"):gsub(">", "&gt;"):gsub('"', "&quot;"))
end

local function typst_string(text)
  return '"' .. text:gsub("\\", "\\\\"):gsub('"', '\\"') .. '"'
end

local function prefix(kind, number) return words[kind] .. "\u{a0}" .. number end
local kinds = { fig = "figure", tbl = "table", eq = "equation" }

local function number(identifier)
  local kind = identifier:match("^(%a+)%-")
  if kinds[kind] and not numbers[identifier] then
    counts[kind] = counts[kind] + 1
    numbers[identifier] = { text = prefix(kinds[kind], counts[kind]), kind = kind, number = counts[kind] }
  end
end

local function equation(para)
  local math, label = para.content[1], para.content[#para.content]
  if math and math.t == "Math" and label.t == "Str" then
    return label.text:match("^{#(eq%-[%w%-]+)}$")
  end
end

local function collect(document)
  document:walk({
    traverse = "topdown",
    Table = function(t) number(t.identifier) end,
    Div = function(d) number(d.identifier) end,
    Para = function(p) local id = equation(p) if id then number(id) end end,
    Header = function(h) numbers[h.identifier] = { text = words.section .. "\u{a0}" .. words.quote_open .. str(h.content) .. words.quote_close, kind = "sec" } end,
  })
end

local function reference(cite)
  local id = cite.citations[1].id
  local found = numbers[id]
  if not found then error("A cross-reference leads nowhere: " .. id) end
  if pptx then return pandoc.Str(found.text) end
  return pandoc.Link({ pandoc.Str(found.text) }, "#" .. id)
end

local function caption_prefix(identifier)
  local found = numbers[identifier]
  return found and { pandoc.Str(found.text .. ":"), pandoc.Space() } or {}
end

local function cells(row, scope)
  for index, cell in ipairs(row.cells) do
    if scope == "col" then cell.attributes.scope = "col"
    elseif index == 1 then cell.attributes.scope = "row" end
  end
end

-- A heading of so few letters stays on one line.
local SHORT = 12
-- Letters that a column is wide at least, and beside its text: Word's cells have wider edges.
local LEAST, BESIDE = docx and 11 or 9, docx and 5 or 3

-- In print every table is as wide as the page, its columns as wide as their longest text asks for.
local function widths(t)
  local longest, sum = {}, 0
  local most = #t.colspecs > 5 and 42 or #t.colspecs > 2 and 45 or 100
  local function measure(row, words)
    for index, cell in ipairs(row.cells) do
      local text, length = str(cell.contents), 0
      if words and utf8.len(text) > SHORT then
        for word in text:gmatch("%S+") do length = math.max(length, utf8.len(word)) end
      else length = utf8.len(text) end
      longest[index] = math.max(longest[index] or LEAST, math.min(length + BESIDE, most))
    end
  end
  for _, row in ipairs(t.head.rows) do measure(row, true) end
  for _, body in ipairs(t.bodies) do for _, row in ipairs(body.body) do measure(row) end end
  for _, length in ipairs(longest) do sum = sum + length end
  for index, spec in ipairs(t.colspecs) do
    local align = spec[1] == "AlignRight" and "AlignRight" or "AlignLeft"
    t.colspecs[index] = { align, longest[index] / sum }
  end
end

-- A table of so few rows is never cut in two by the end of a page.
local WHOLE = 8

local function tables(t)
  if typst or office then widths(t) end
  for index, spec in ipairs(t.colspecs) do  -- the style sheet sets text to the left
    if html and spec[1] == "AlignLeft" then t.colspecs[index] = { "AlignDefault", spec[2] } end
  end
  local rows = 0
  for _, body in ipairs(t.bodies) do
    rows = rows + #body.body
    body.row_head_columns = 1
    for _, row in ipairs(body.body) do cells(row, "row") end
  end
  for _, row in ipairs(t.head.rows) do cells(row, "col") end
  local long = t.caption.long
  if long[1] then
    local text = pandoc.Inlines(caption_prefix(t.identifier))
    text:extend(long[1].content)
    if html then text = { pandoc.Span(text, { class = "caption-text" }) } end
    if docx then text = { pandoc.Span(text, { id = t.identifier }) } t.identifier = "" end
    t.caption.long = (pptx or slides) and {} or { pandoc.Plain(text) }
  end
  if typst and rows <= WHOLE then return wrap("#block(breakable: false)[", { t }, "]") end
  if not html then return t end
  local label = t.caption.long[1] and str(t.caption.long) or words.table
  return wrap('<div class="table-box" tabindex="0" role="region" aria-label="' .. escaped(label) .. '">', { t }, "</div>")
end

local function styled(name, blocks) return pandoc.Div(blocks, { ["custom-style"] = name }) end

-- In Word the finding stands above its picture, on a slide it is the title; one that was not drawn is said in words.
local function picture(image, caption, id)
  local file = io.open(image.src, "rb")
  if file then file:close() end
  if pptx then image.title, image.caption = str(image.caption), {} else image.attributes = { width = "16.5cm" } end
  local shown = { pandoc.Para({ file and image or pandoc.Str(words.no_static) }) }
  if pptx then return shown end
  return { styled("Image Caption", { pandoc.Para({ pandoc.Span(caption, { id = id }) }) }), styled("Captioned Figure", shown) }
end

local function figure(div)
  local image, title = nil, div.content[2] or pandoc.Para({})
  div.content[1]:walk({ Image = function(found) image = found end })
  local caption = pandoc.Inlines(caption_prefix(div.identifier))
  if not div.classes:includes("untitled") then caption:extend(title.content) else caption = pandoc.Inlines({}) end
  if office then return picture(image, caption, div.identifier) end
  if html then
    local name = image.src:match("figures/(.+)%.svg$")
    if div.classes:includes("untitled") then
      return { block('<figure class="figure"><!--figure:' .. name .. ':' .. escaped(str(image.caption)) .. "--></figure>") }
    end
    local open = '<figure id="' .. div.identifier .. '" class="figure"><figcaption>'
    local middle = '</figcaption><!--figure:' .. name .. ':' .. escaped(str(image.caption)) .. "--></figure>"
    return wrap(open, { pandoc.Plain(caption) }, middle)
  end
  local source = '#figure-block("' .. image.src .. '", alt: ' .. typst_string(str(image.caption)) .. ")["
  return wrap(source, { pandoc.Plain(caption) }, "] <" .. div.identifier .. ">")
end

local function tabset(div)
  local panels, current = {}, nil
  for _, child in ipairs(div.content) do
    if child.t == "Header" then
      current = { head = child, content = pandoc.Blocks({}) }
      table.insert(panels, current)
    elseif current then
      current.content:insert(child)
    end
  end
  if not html then return div.content end
  counts.tab = counts.tab + 1
  local name = "tabs-" .. counts.tab
  local all = pandoc.Blocks({ block('<div class="tabset" role="group" aria-label="' .. escaped(words.tabs) .. '">') })
  for index, panel in ipairs(panels) do
    local id = panel.head.identifier
    local checked = index == 1 and " checked" or ""
    all:insert(block('<input type="radio" name="' .. name .. '" id="' .. id .. '"' .. checked .. '><label for="' .. id .. '">' .. escaped(str(panel.head.content)) .. "</label>"))
    all:insert(block('<div class="tab-panel">'))
    all:extend(panel.content)
    all:insert(block("</div>"))
  end
  all:insert(block("</div>"))
  return all
end

local function quoted(classes)
  local extra = {}
  for _, class in ipairs(classes) do table.insert(extra, '"' .. class .. '"') end
  return "(" .. table.concat(extra, ", ") .. ",)"
end

local function slots(div)
  local all = pandoc.Blocks({ block("#slot-grid(") })
  for _, child in ipairs(div.content) do
    all:extend(wrap("slot-cell(" .. quoted(child.classes) .. ")[", child.content, "],"))
  end
  all:insert(block(")\n#after-page-one()"))
  return all
end

local styles = { banner = "Banner", big = "Key Number", note = "Note", ["figure-notes"] = "Figure Notes", definition = "Measure Definition", comparison = "Callout" }

-- Word keeps the style of a paragraph, not of what stands around it: lists become paragraphs of the style.
local function in_style(name, blocks)
  local all = pandoc.Blocks({})
  for _, child in ipairs(blocks) do
    if child.t == "BulletList" then
      for _, item in ipairs(child.content) do all:extend(item) end
    else
      all:insert(child)
    end
  end
  return styled(name, all)
end

local function marker(name)
  return pandoc.RawBlock("openxml", '<w:p><w:pPr><w:pStyle w:val="' .. name .. '"/></w:pPr></w:p>')
end

local function word_divs(div)
  if div.classes:includes("slots") then
    local all = pandoc.Blocks({ marker("SlotsBegin") })
    all:extend(div.content)
    all:insert(marker("SlotsEnd"))
    return all
  end
  if div.classes:includes("comparison") then
    local rest = pandoc.Blocks(div.content)
    local title = rest:remove(1)
    return { styled("Callout Title", { title }), in_style("Callout", rest) }
  end
  for class, name in pairs(styles) do
    if div.classes:includes(class) then return in_style(name, div.content) end
  end
end

local boxes = { "banner", "big", "note", "figure-notes", "definition", "comparison" }

-- PowerPoint knows no styles: a large number is a run of its own size.
local function large(div)
  local run = '<a:r><a:rPr sz="6000" b="1"><a:solidFill><a:srgbClr val="0B4F8A"/></a:solidFill></a:rPr><a:t>'
  return pandoc.Para({ pandoc.RawInline("openxml", run .. escaped(str(div.content)) .. "</a:t></a:r>") })
end

local function divs(div)
  if div.classes:includes("content-visible") then
    local when, unless = div.attributes["when-format"], div.attributes["unless-format"]
    local keep = (when == "html" and html) or (unless == "html" and not html)
    return keep and div.content or {}
  end
  if div.identifier:match("^fig%-") or div.classes:includes("untitled") then return figure(div) end
  if div.classes:includes("panel-tabset") then return tabset(div) end
  if docx then return word_divs(div) end
  if pptx and div.classes:includes("big") then return large(div) end
  if not typst then return nil end
  if div.classes:includes("slots") then return slots(div) end
  if div.classes:includes("floating") then return wrap("#floating[", div.content, "]") end
  for _, name in ipairs(boxes) do
    if div.classes:includes(name) then
      return wrap("#box-" .. name .. "(" .. quoted(div.classes) .. ")[", div.content, "]")
    end
  end
end

local function spans(span)
  if html and span.classes:includes("state") then
    local id = span.attributes["data-cell"] or ""
    local tag = id ~= "" and ' data-cell="' .. escaped(id) .. '"' or ""
    local class, title = table.concat(span.classes, " "), span.attributes.title
    return raw('<span class="' .. class .. '"' .. tag .. ' title="' .. escaped(title) .. '"><span aria-hidden="true">'
      .. escaped(str(span.content)) .. '</span><span class="unseen">' .. escaped(title) .. "</span></span>")
  end
end

local function equations(para)
  local id = equation(para)
  if not id then return nil end
  local math = para.content[1]
  if office then return pandoc.Para({ math, pandoc.Space(), pandoc.Span({ pandoc.Str("(" .. numbers[id].number .. ")") }, { id = id }) }) end
  if html then
    return { block('<div class="equation" id="' .. id .. '">'), pandoc.Plain({ math, pandoc.Space(), pandoc.Str("(" .. numbers[id].number .. ")") }), block("</div>") }
  end
  return { block("#equation-block(" .. numbers[id].number .. ", " .. typst_string(math.text) .. ")["), pandoc.Plain({ math }), block("] <" .. id .. ">") }
end

-- A number stays with what it counts and with what it is a part of.
local counted = { "days", "day", "people", "clients", "dnů", "dny", "den", "dne", "lidí", "klientů", "let" }

local function keep_numbers(inlines)
  for index = 2, #inlines - 1 do
    local before, here, behind = str(inlines[index - 1]), inlines[index], inlines[index + 1]
    local counts = behind.t == "Str" and before:match("^[%(]*%d+$")
      and pandoc.List(counted):includes((behind.text:gsub("[%p]+$", "")))
    local shares = (before == "ze" or before == "of") and str(behind):match("^%d")
    if (here.t == "Space" or here.t == "SoftBreak") and (counts or shares) then inlines[index] = pandoc.Str("\u{a0}") end
  end
  return inlines
end

-- An interval stays on one line: it would break behind its dash. Word breaks there whatever the characters beside it,
-- so that a sentence says it with a word between no-break spaces; a narrow cell keeps its dash.
local function keep_intervals(inlines)
  local all, index = pandoc.Inlines({}), 1
  while index <= #inlines do
    local first, dash, last = inlines[index], inlines[index + 1], inlines[index + 2]
    if last and first.t == "Span" and last.t == "Span" and dash.t == "Str" and dash.text == "–" then
      local whole = pandoc.Inlines({ first, dash, last })
      if office then all:extend({ first, pandoc.Str("\u{a0}" .. words.to .. "\u{a0}"), last })
      elseif html then all:insert(pandoc.Span(whole, { class = "interval" }))
      else all:insert(raw("#box[")) all:extend(whole) all:insert(raw("];")) end
      index = index + 3
    else
      all:insert(first)
      index = index + 1
    end
  end
  return all
end

-- Czech prepositions and conjunctions of one letter never end a line.
local function keep_short_words(inlines)
  for index = 2, #inlines do
    local before, here = inlines[index - 1], inlines[index]
    if (here.t == "Space" or here.t == "SoftBreak") and before.t == "Str"
      and before.text:match("^[%(„]*[KkSsVvZzOoUuAaIi]$") then
      inlines[index] = pandoc.Str("\u{a0}")
    end
  end
  return inlines
end

-- On paper a figure and its notes are one piece that may move, so that no page ends early for its sake; but one that
-- follows its heading at once stays there, as it would else stand above it.
local CLOSE = 3

local function floating(blocks)
  local all, since = pandoc.Blocks({}), CLOSE
  for _, child in ipairs(blocks) do
    local before = all[#all]
    since = child.t == "Header" and 0 or since + 1
    if child.t == "Div" and child.classes:includes("figure-notes") and before and before.t == "Div"
      and before.identifier:match("^fig%-") and since > CLOSE then
      all[#all] = pandoc.Div({ before, child }, { class = "floating" })
    else
      all:insert(child)
    end
  end
  return all
end

-- A sentence between a heading and its table goes with the table, and the heading with both.
local function leading(blocks)
  local all = pandoc.Blocks({})
  for index, child in ipairs(blocks) do
    local before, behind = blocks[index - 1], blocks[index + 1]
    local table_next = behind and (behind.t == "Table" or (behind.t == "RawBlock" and behind.text:match("^#block")))
    if child.t == "Para" and before and before.t == "Header" and table_next then
      all:extend(wrap("#block(sticky: true)[", { child }, "]"))
    else
      all:insert(child)
    end
  end
  return all
end

local function field(kind, inside)
  return pandoc.RawInline("openxml", '<w:r><w:fldChar w:fldCharType="' .. kind .. '"' .. (inside or "") .. "/></w:r>")
end

-- A list of contents after page one: Word's own field, which gets its page numbers when Word opens it, filled with
-- links, so that it is no empty place in a program that makes no fields.
function contents(document)
  local entries, place, first = pandoc.Blocks({}), nil, true
  for index, child in ipairs(document.blocks) do
    if child.t == "Header" and child.level <= 2 and not child.identifier:match("^slot%-") then
      if child.level == 1 and not first and not place then place = index end
      first = false
      local link = pandoc.Para({ pandoc.Link(child.content, "#" .. child.identifier) })
      entries:insert(pandoc.Div({ link }, { ["custom-style"] = "toc " .. child.level }))
    end
  end
  if not place then return end
  local begin = entries[1].content[1].content
  begin:insert(1, field("separate"))
  begin:insert(1, pandoc.RawInline("openxml", '<w:r><w:instrText xml:space="preserve"> TOC \\o "1-2" \\h \\z \\u </w:instrText></w:r>'))
  begin:insert(1, field("begin", ' w:dirty="true"'))
  entries[#entries].content[1].content:insert(field("end"))
  entries:insert(1, styled("TOC Heading", { pandoc.Para({ pandoc.Str(words.contents) }) }))
  for number = #entries, 1, -1 do document.blocks:insert(place, entries[number]) end
end

function Pandoc(document)
  for key, value in pairs(document.meta.words) do words[key] = str(value) end
  collect(document)
  document = document:walk({ Cite = reference, Span = spans })
  document = document:walk({ Inlines = keep_numbers })
  local order = office and "topdown" or "typewise"  -- downwards, so that Word's tables can be passed over
  local passed = office and function(t) return t, false end or nil
  document = document:walk({ traverse = order, Table = passed, Inlines = keep_intervals })
  if str(document.meta.language) == "cs" then document = document:walk({ Inlines = keep_short_words }) end
  document = document:walk({ Table = tables, Para = equations })
  if typst then document = document:walk({ Blocks = floating }):walk({ Blocks = leading }) end
  document = document:walk({ Div = divs })
  if docx then contents(document) end
  return document
end
