using ShardyFusion.Formats;
using ShardyFusion.Runs;

namespace ShardyFusion.Reporting;

/// <summary>Words with a colour and a sign: nobody has to tell colours apart.</summary>
static class Badges
{
    public static void Write(HtmlWriter html, string look, string word, string? figure = null)
    {
        using (html.In("span", ("class", $"badge {look}"), ("data-figure", figure)))
        {
            html.Element("span", look switch
            {
                "good" => "✓",
                "warn" => "!",
                "bad" => "✕",
                "accent" => "●",
                "pointer" => "→",
                "tag" => "#",
                _ => "○"
            }, ("class", "sign"), ("aria-hidden", "true"));
            html.Text(word);
        }
    }

    /// <summary>How a run is doing.</summary>
    public static void WriteRunState(HtmlWriter html, RunState state, string figure) =>
        Write(html, LookOf(state), state.ToString().ToLowerInvariant(), figure);

    /// <summary>Class of the badge and the column of a run.</summary>
    public static string LookOf(RunState state) => state switch
    {
        RunState.Succeeded => "good",
        RunState.Running => "accent",
        RunState.Abandoned => "warn",
        _ => "bad",
    };

    /// <summary>What checks found, in short, with each one's words to be unfolded.</summary>
    public static void WriteGuards(HtmlWriter html, IReadOnlyList<GuardResult> guards)
    {
        if (guards.Count == 0)
        {
            html.Text("none");
            return;
        }
        var failed = guards.Count(guard => !guard.Passed);
        using (html.In("details", ("class", failed > 0 ? "failed" : null)))
        {
            using (html.In("summary"))
                Write(html, failed > 0 ? "bad" : "good", failed > 0 ? $"{failed} of {guards.Count} failed" : $"{guards.Count} passed",
                    "guards");
            WriteGuardList(html, guards);
        }
    }

    public static void WriteGuardList(HtmlWriter html, IReadOnlyList<GuardResult> guards)
    {
        using (html.In("ul", ("class", "checks")))
            foreach (var guard in guards)
                using (html.In("li"))
                {
                    html.Element("span", guard.Passed ? "✓" : "✕", ("class", guard.Passed ? "sign good" : "sign bad"), ("role", "img"),
                        ("aria-label", guard.Passed ? "passed" : "failed"));
                    html.Text(" ");
                    html.Foreign(guard.Name, "name");
                    html.Text(" ");
                    html.Foreign(guard.Detail);
                }
    }
}
