"""Fields as Japan's counters fill them in: dates with an era, readings, codes with a check digit, postcodes."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any, cast

from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.datastructures import MultiValueDict
from django.utils.safestring import SafeString

from jlis.kernel.domain.codes import CheckedCode
from jlis.kernel.domain.eras import ERAS, DateError, era_of, format_era, normalized, parse_date
from jlis.kernel.domain.folding import ascii_digits
from jlis.kernel.domain.partial_dates import PartialDate
from jlis.kernel.domain.readings import full_width_kana

WESTERN = "AD"
"""The choice 西暦 in the list of eras."""

UNKNOWN_DAY, UNKNOWN_MONTH = "DAY", "MONTH"


class ShellForm(forms.Form):
    """A form whose messages name the field, and whose faults the server tells, all at once."""

    use_required_attribute = False

    def __init__(self, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        for field in self.fields.values():
            chosen = isinstance(field, forms.ChoiceField | forms.ModelChoiceField)
            field.error_messages["required"] = "選んでください。" if chosen else "入力してください。"

    def offer(self, name: str, choices: Sequence[tuple[str, str]]) -> None:
        """Set what a field offers, where that depends on who asks."""
        cast(forms.ChoiceField, self.fields[name]).choices = choices


class _ShellWidget(forms.Widget):
    """Drawn by the project's own templates."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        return super().render(name, value, attrs, TemplatesSetting())


class EraDateWidget(_ShellWidget):
    """元号, year, month and day; a whole date may be pasted into any box, and is read there without a script too.

    The value from a request is the stored form (1941-04-28, 1941-04-00) where one was carried unseen from the step
    before, else what stands in the boxes.
    """

    template_name = "shell/widgets/era_date.html"
    use_fieldset = True

    def __init__(self, attrs: dict[str, Any] | None = None, *, era: str = "令和", may_be_unknown: bool = False) -> None:
        super().__init__(attrs)
        self.era = era
        self.may_be_unknown = may_be_unknown

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        boxes = value if isinstance(value, dict) else self._boxes(value)
        eras = [(era.name, era.name) for era in ERAS] + [(WESTERN, "西暦")]
        return context | {"boxes": boxes, "eras": eras, "may_be_unknown": self.may_be_unknown}

    def value_from_datadict(self, data: Mapping[str, Any], files: MultiValueDict, name: str) -> Any:
        if name in data:
            return data[name]
        boxes = {part: str(data.get(f"{name}_{part}", "")).strip() for part in ("era", "year", "month", "day", "known")}
        return boxes if boxes["year"] or boxes["month"] or boxes["day"] else ""

    def value_omitted_from_data(self, data: Mapping[str, Any], files: MultiValueDict, name: str) -> bool:
        return name not in data and f"{name}_year" not in data

    def id_for_label(self, id_: str) -> str:
        return ""

    def _boxes(self, value: datetime.date | PartialDate | str | None) -> dict[str, str]:
        empty = {"era": self.era, "year": "", "month": "", "day": "", "known": ""}
        if not value:
            return empty
        try:
            found = PartialDate.of(value) if isinstance(value, datetime.date) else PartialDate.parse(str(value))
        except DateError:
            return empty | {"year": str(value)}
        era = era_of(found.latest())
        return {
            "era": era.name if era else WESTERN,
            "year": str(era.year_of(found.year) if era else found.year),
            "month": str(found.month or ""),
            "day": str(found.day or ""),
            "known": "" if found.day else UNKNOWN_DAY if found.month else UNKNOWN_MONTH,
        }


class EraDateHidden(forms.HiddenInput):
    """The date of a step before, carried unseen in its stored form."""

    def format_value(self, value: Any) -> str:
        try:
            return str(read_boxes(value) or "")
        except DateError:
            return ""


class PartialDateField(forms.Field):
    """A date whose day, or month and day, may be unknown; cleans to a `PartialDate` or None."""

    widget = EraDateWidget
    hidden_widget = EraDateHidden
    may_be_unknown = True

    def __init__(self, *, era: str = "昭和", **keywords: Any) -> None:
        keywords.setdefault("widget", EraDateWidget(era=era, may_be_unknown=self.may_be_unknown))
        keywords.setdefault("help_text", "「S16.4.28」「昭和16年4月28日」「1941-04-28」の貼り付けもできます。")
        super().__init__(**keywords)

    def to_python(self, value: Any) -> Any:
        try:
            return read_boxes(value)
        except DateError as error:
            raise forms.ValidationError(f"{error}。", code="invalid") from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return read_boxes(initial) != read_boxes(data)
        except DateError:
            return True


class EraDateField(PartialDateField):
    """A whole date; cleans to a `datetime.date` or None."""

    may_be_unknown = False

    def __init__(self, *, era: str = "令和", **keywords: Any) -> None:
        super().__init__(era=era, **keywords)

    def to_python(self, value: Any) -> Any:
        found = super().to_python(value)
        if found and not found.is_full:
            raise forms.ValidationError("年月日をすべて入力してください。", code="incomplete")
        return found.earliest() if found else None


def read_boxes(value: Any) -> PartialDate | None:
    """A date from the boxes of the widget, from any written form, or from a date itself. Raises DateError."""
    if not value:
        return None
    if isinstance(value, PartialDate):
        return value
    if isinstance(value, datetime.date):
        return PartialDate.of(value)
    if not isinstance(value, dict):
        return PartialDate.parse(str(value))
    year, month, day = (normalized(value[part]) for part in ("year", "month", "day"))
    for text in (year, month, day):
        if len(text) == 8 or (text and text != "元" and not text.isdecimal()):
            return PartialDate.of(parse_date(text)) if not value["known"] else PartialDate.parse(text)
    return _from_figures(value["era"], value["known"], year, month, day)


def _from_figures(era: str, known: str, year: str, month: str, day: str) -> PartialDate:
    if not year:
        raise DateError("年を入力してください")
    if not month and known != UNKNOWN_MONTH:
        raise DateError("月を入力してください")
    if not day and not known:
        raise DateError("日を入力してください")
    number = 1 if year == "元" else int(year)
    if era == WESTERN and len(year) != 4:
        raise DateError("西暦は4桁で入力してください")
    kept_month = 0 if known == UNKNOWN_MONTH else int(month)
    kept_day = 0 if known else int(day)
    return PartialDate.in_era("" if era == WESTERN else era, number, kept_month, kept_day)


class KanaField(forms.CharField):
    """フリガナ: hiragana and half-width letters are taken and kept as full-width katakana."""

    def to_python(self, value: Any) -> str:
        text = full_width_kana(super().to_python(value) or "")
        if text is None:
            raise forms.ValidationError("カタカナで入力してください。", code="invalid")
        return text


class CheckedCodeField(forms.CharField):
    """A code with a check digit; full-width figures, spaces and dashes are taken. Cleans to the value object."""

    def __init__(self, *, code: type[CheckedCode], **keywords: Any) -> None:
        self.code = code
        keywords.setdefault("label", code.LABEL)
        keywords.setdefault("widget", forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}))
        super().__init__(**keywords)

    def to_python(self, value: Any) -> str:
        text = ascii_digits(super().to_python(value) or "")
        if not text:
            return text
        try:
            return self.code(text)
        except ValueError as error:
            raise forms.ValidationError(f"{error}。入力し直してください。", code="invalid") from None


class PostcodeField(forms.CharField):
    """Seven figures, with or without the dash; cleans to the figures alone."""

    def __init__(self, **keywords: Any) -> None:
        keywords.setdefault("label", "郵便番号")
        keywords.setdefault("widget", forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}))
        super().__init__(**keywords)

    def to_python(self, value: Any) -> str:
        text = ascii_digits(super().to_python(value) or "")
        if text and not (len(text) == 7 and text.isascii() and text.isdigit()):
            raise forms.ValidationError("郵便番号は7桁の数字です。", code="invalid")
        return text


def shown_date(value: datetime.date | PartialDate | None) -> str:
    """A cleaned date as a confirmation shows it."""
    if value is None:
        return ""
    return format_era(value) if isinstance(value, datetime.date) else value.in_japanese
