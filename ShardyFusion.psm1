$cmdlets = Import-Module -Assembly ([ShardyFusion.Loader.ModuleContext]::LoadCmdlets()) -PassThru
$ExecutionContext.SessionState.Module.OnRemove = { Remove-Module -ModuleInfo $cmdlets }.GetNewClosure()
