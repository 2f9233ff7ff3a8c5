using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.Stores;

namespace ShardyFusion.Core.Tests.Reporting;

/// <summary>The page as a browser shows it. SHARDYFUSION_PICTURES names a folder for pictures of what was tested.</summary>
public sealed class ReportBrowserTests(Chromium browser) : IClassFixture<Chromium>, IDisposable
{
    const int Phone = 375, Desk = 1280;

    readonly TempFolder folder = new();

    public static TheoryData<string, int, bool> Views
    {
        get
        {
            var views = new TheoryData<string, int, bool>();
            foreach (var name in ReportSamples.Names)
            {
                views.Add(name, Desk, false);
                views.Add(name, Phone, true);
            }
            views.Add("month", Desk, true);
            views.Add("month", Phone, false);
            return views;
        }
    }

    public static TheoryData<string> Names => [.. ReportSamples.Names];

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Views))]
    public async Task Page_OnAnyScreen_FitsAndHasEnoughContrast(string name, int width, bool isDark)
    {
        var page = await OpenAsync(name);
        await page.ShowAsync(width, isDark);
        await KeepAsync($"{name}-{width}-{(isDark ? "dark" : "light")}.png", await page.PictureAsync());
        Assert.Equal("", await page.EvaluateAsync<string>("""
            [...document.querySelectorAll('body *')]
              .filter(e => e.checkVisibility() && !e.closest('thead, svg') && e.getBoundingClientRect().right > %WIDTH% + 1)
              .map(e => e.outerHTML.slice(0, 200)).join('\n')
            """.Replace("%WIDTH%", ServerScript.Text(width), StringComparison.Ordinal)));
        Assert.Equal(width, await page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
        Assert.Equal("", await page.EvaluateAsync<string>(LowContrast));
        Assert.Equal(isDark, await page.EvaluateAsync<bool>("getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0] < 100"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Page_Loaded_AsksForNothingAndComplainsOfNothing(string name)
    {
        var page = await OpenAsync(name);
        await page.EvaluateAsync("document.querySelectorAll('details').forEach(d => d.open = true)");
        await page.ShowAsync(Desk);
        Assert.Empty(page.Complaints);
        Assert.DoesNotContain(page.Requests, url => !url.StartsWith("file:", StringComparison.Ordinal)
            && !url.StartsWith("data:", StringComparison.Ordinal));
        Assert.Equal(1, page.Requests.Count(url => url.StartsWith("file:", StringComparison.Ordinal)));
        Assert.Equal(0, await page.EvaluateAsync<int>("document.scripts.length"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Page_ForScreenReaders_NamesChartsAndTables(string name)
    {
        var page = await OpenAsync(name);
        Assert.Equal("", await page.EvaluateAsync<string>("""
            [...document.querySelectorAll('svg')]
              .filter(s => s.getAttribute('role') !== 'img'
                || s.getAttribute('aria-labelledby').split(' ').some(id => !document.getElementById(id)?.textContent))
              .map(s => s.id).join()
            """));
        Assert.Equal("", await page.EvaluateAsync<string>("""
            [...document.querySelectorAll('table')]
              .filter(t => !t.caption?.textContent || !t.querySelector('thead th[scope=col]')
                || [...t.tBodies[0].rows].some(r => r.cells[0].scope !== 'row' || r.cells.length !== t.tHead.rows[0].cells.length))
              .map(t => t.outerHTML.slice(0, 200)).join()
            """));
        Assert.Equal("", await page.EvaluateAsync<string>("""
            [...document.querySelectorAll('[id]')].map(e => e.id).filter((id, i, all) => all.indexOf(id) !== i).join()
            """));
        Assert.Equal("",
            await page.EvaluateAsync<string>(
            "[...document.querySelectorAll('nav a')].filter(a => !document.querySelector(a.hash)).map(a => a.hash).join()"));
        Assert.Equal(("en", 1), (await page.EvaluateAsync<string>("document.documentElement.lang"),
            await page.EvaluateAsync<int>("document.querySelectorAll('h1').length")));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Page_Printed_IsWhiteAndUnfoldsWhatFailed(string name)
    {
        var page = await OpenAsync(name);
        await page.ShowAsync(Desk, isDark: true, media: "print");
        Assert.Equal("rgb(255, 255, 255)", await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor"));
        Assert.Equal("", await page.EvaluateAsync<string>(LowContrast));
        Assert.False(await page.EvaluateAsync<bool>("document.querySelector('nav').checkVisibility()"));
        Assert.Equal(0,
            await page.EvaluateAsync<int>(
            "[...document.querySelectorAll('section > table .failed li, section > .more tr')].filter(e => !e.checkVisibility({ "
                + "contentVisibilityAuto: true })).length"));
        var pdf = await page.PrintAsync();
        Assert.Equal("%PDF-"u8, pdf.AsSpan(0, 5));
        await KeepAsync($"{name}.pdf", pdf);
    }

    [Fact]
    public async Task Page_HostileText_IsShownAsItIs()
    {
        var page = await OpenAsync("hostile");
        Assert.Equal(0, await page.EvaluateAsync<int>("document.querySelectorAll('script, img, b b, iframe, form, a:not(nav a)').length"));
        Assert.Equal("undefined", await page.EvaluateAsync<string>("typeof window.broken"));
        Assert.Equal(ReportSamples.Hostile, await page.EvaluateAsync<string>("document.querySelector('h1 bdi').textContent"));
        Assert.All((await page.EvaluateAsync("[...document.querySelectorAll('#runs bdi.note')].map(e => e.textContent)"))!.AsArray(),
            note => Assert.Contains(ReportSamples.Hostile, note!.GetValue<string>(), StringComparison.Ordinal));
    }

    async Task<ChromiumPage> OpenAsync(string name)
    {
        var path = Path.Combine(folder.Path, name + ".html");
        await File.WriteAllTextAsync(path, ReportSamples.Of(name).ToHtml(), Token);
        return await browser.OpenAsync(path);
    }

    static async Task KeepAsync(string name, byte[] picture)
    {
        if (Environment.GetEnvironmentVariable("SHARDYFUSION_PICTURES") is not { Length: > 0 } pictures) return;
        Directory.CreateDirectory(pictures);
        await File.WriteAllBytesAsync(Path.Combine(pictures, name), picture, Token);
    }

    /// <summary>Text whose contrast to its ground is below 4.5 : 1 (WCAG AA).</summary>
    const string LowContrast = """
        (() => {
          const rgb = c => c.match(/[\d.]+/g).map(Number);
          const linear = v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
          const luminance = c => {
            const [r, g, b] = rgb(c).slice(0, 3).map(v => linear(v / 255));
            return .2126 * r + .7152 * g + .0722 * b;
          };
          const ground = e => {
            for (; e; e = e.parentElement) {
              const c = getComputedStyle(e).backgroundColor;
              if ((rgb(c)[3] ?? 1) > 0) return c;
            }
            return 'rgb(255, 255, 255)';
          };
          const low = [];
          for (const e of document.querySelectorAll('body *')) {
            if (e.closest('svg') || !e.checkVisibility() || ![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
            const [a, b] = [luminance(getComputedStyle(e).color), luminance(ground(e))];
            const contrast = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
            if (contrast < 4.5) low.push(`${contrast.toFixed(2)} ${e.outerHTML.slice(0, 160)}`);
          }
          return low.join('\n');
        })()
        """;
}
